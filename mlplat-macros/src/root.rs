//! Where the expansion finds the engine.

use proc_macro_crate::{FoundCrate, crate_name};
use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::Ident;

/// The path of `mlplat_core` as the crate that derives can name it: it depends
/// on `mlplat-core`, or on `mlplat`, which re-exports it as `core`.
pub(crate) fn root() -> TokenStream {
    let named = |name: &str| Ident::new(name, Span::call_site());
    match (crate_name("mlplat-core"), crate_name("mlplat")) {
        (Ok(FoundCrate::Name(core)), _) => {
            let core = named(&core);
            quote!(::#core)
        }
        (Err(_), Ok(FoundCrate::Name(facade))) => {
            let facade = named(&facade);
            quote!(::#facade::core)
        }
        // The engine itself, which calls itself by its public name.
        _ => quote!(::mlplat_core),
    }
}
