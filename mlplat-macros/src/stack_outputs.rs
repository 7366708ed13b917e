//! The expansion of `derive(StackOutputs)`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{
    Attribute, Data, DeriveInput, Error, Fields, GenericArgument, Ident, LitStr, PathArguments,
    Type,
};

use crate::root::root;

/// One exported output.
struct Exported<'a> {
    field: &'a Ident,
    name: String,
    /// The type inside the `Output`, as it is written.
    of: String,
    secret: bool,
}

pub(crate) fn expand(input: &DeriveInput) -> syn::Result<TokenStream> {
    let fields = fields(input)?;
    let (root, name) = (root(), &input.ident);
    let facts = fields.iter().map(|field| {
        let (name, of, secret) = (&field.name, &field.of, field.secret);
        quote! {
            #root::facts::OutputFact { secret: #secret, ..#root::facts::OutputFact::fixed(#name, #of) }
        }
    });
    let exports = fields.iter().map(|exported| {
        let (field, name, of) = (exported.field, &exported.name, &exported.of);
        quote! {
            #root::graph::Export { name: #name, of: #of, expr: self.#field.expr().clone() }
        }
    });
    let reads = fields.iter().map(|exported| {
        let (field, name) = (exported.field, &exported.name);
        quote!(#field: node.output(#name))
    });
    Ok(quote! {
        impl #root::graph::StackOutputs for #name {
            const TYPE: &'static #root::facts::Type = &#root::facts::Type {
                outputs: &[#(#facts,)*],
                ..#root::graph::STACK_OUTPUTS
            };

            fn exports(&self) -> ::std::vec::Vec<#root::graph::Export> {
                ::std::vec![#(#exports,)*]
            }

            fn of_node(node: #root::wiring::NodeRef) -> Self {
                Self { #(#reads,)* }
            }
        }
    })
}

fn fields(input: &DeriveInput) -> syn::Result<Vec<Exported<'_>>> {
    let named = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(named) => Some(named),
            _ => None,
        },
        _ => None,
    };
    let wrong = || {
        let message = "derive(StackOutputs) takes a struct with named fields";
        Error::new(input.ident.span(), message)
    };
    let named = named.ok_or_else(wrong)?;
    let each = named.named.iter().filter_map(|field| {
        let name = field.ident.as_ref()?;
        Some(exported(name, &field.ty, &field.attrs))
    });
    each.collect()
}

fn exported<'a>(field: &'a Ident, ty: &Type, attrs: &[Attribute]) -> syn::Result<Exported<'a>> {
    let inner = inside("Output", ty).ok_or_else(|| {
        let message = "a stack exports outputs: the type of this field is not `Output<..>`";
        Error::new_spanned(ty, message)
    })?;
    let of: String = quote!(#inner).to_string().split_whitespace().collect();
    let secret = inside("Secret", inner).is_some();
    if !secret && of.contains("Secret<") {
        let message = "a secret is exported by itself, as `Output<Secret<String>>`";
        return Err(Error::new_spanned(ty, message));
    }
    let name = match attrs.iter().find(|attr| attr.path().is_ident("output")) {
        Some(attr) => attr.parse_args::<LitStr>()?.value(),
        None => field.to_string().trim_start_matches("r#").replace('_', "-"),
    };
    Ok(Exported {
        field,
        name,
        of,
        secret,
    })
}

/// `T` of `Wrapper<T>`.
fn inside<'a>(wrapper: &str, ty: &'a Type) -> Option<&'a Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return None;
    };
    match arguments.args.first()? {
        GenericArgument::Type(inner) if last.ident == wrapper => Some(inner),
        _ => None,
    }
}
