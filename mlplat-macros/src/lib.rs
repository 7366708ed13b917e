//! `derive(Resource)`: the resolved twin of an input struct, its expressions
//! by API name, and its handle; `derive(StackOutputs)`: a struct of outputs
//! that one stack exports and others read; `derive(Settings)`: a program's
//! parameters with their defaults and doc comments.
//!
//! ```text
//! #[derive(Resource, Clone)]
//! #[resource(facts = VPC, handle = VpcHandle { vpc_id: VpcId, arn("Arn"): Arn })]
//! pub struct Vpc {
//!     pub cidr_block: Output<Ipv4Net>,
//!     #[field("EnableDnsSupport")]
//!     pub dns_support: Option<Output<bool>>,
//! }
//! ```
//!
//! A field's API name is its Rust name in Pascal case unless `#[field("…")]`
//! says otherwise. `#[resource(nested)]` makes a struct that may stand inside
//! another one instead of a resource of its own; there the API name is the
//! Pascal-case name too, or the camel-case one with `#[resource(nested, camel)]`.

mod attrs;
mod derive;
mod root;
mod settings;
mod stack_outputs;

use proc_macro::TokenStream;

/// See `mlplat_core::graph::StackOutputs`.
#[proc_macro_derive(StackOutputs, attributes(output))]
pub fn derive_stack_outputs(input: TokenStream) -> TokenStream {
    let input = syn::parse_macro_input!(input as syn::DeriveInput);
    stack_outputs::expand(&input)
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}

/// The parameters of a program: `Deserialize` from what is given, with the rest
/// from `Default`. Unlike with serde's own derive, the `docs` command also
/// knows the doc comments and the defaults of the fields.
#[proc_macro_derive(Settings)]
pub fn derive_settings(input: TokenStream) -> TokenStream {
    let input = syn::parse_macro_input!(input as syn::DeriveInput);
    settings::expand(&input)
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}

/// See the crate's documentation.
#[proc_macro_derive(Resource, attributes(resource, field))]
pub fn derive_resource(input: TokenStream) -> TokenStream {
    let input = syn::parse_macro_input!(input as syn::DeriveInput);
    derive::expand(&input)
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}
