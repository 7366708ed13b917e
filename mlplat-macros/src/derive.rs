//! The expansion of `derive(Resource)`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Data, DeriveInput, Error, Fields, Ident, Type, Visibility};

use crate::attrs::{OutputField, Shape, api_name, shape};
use crate::root::root;

struct InputField<'a> {
    name: &'a Ident,
    api: String,
    ty: &'a Type,
}

pub(crate) fn expand(input: &DeriveInput) -> syn::Result<TokenStream> {
    let shape = shape(&input.attrs, &input.ident)?;
    let camel = matches!(shape, Shape::Nested { camel: true });
    let fields = fields(input, camel)?;
    let twin = format_ident!("Resolved{}", input.ident);
    let twin_struct = twin_struct(input, &twin, &fields);
    let body = match &shape {
        Shape::Nested { .. } => nested(input, &twin, &fields),
        Shape::Resource {
            facts,
            handle,
            outputs,
        } => {
            let resource = resource(input, &twin, &fields, facts, handle, outputs);
            let handle = handle_struct(input, handle, outputs);
            quote!(#resource #handle)
        }
    };
    Ok(quote!(#twin_struct #body))
}

fn fields(input: &DeriveInput, camel: bool) -> syn::Result<Vec<InputField<'_>>> {
    let Data::Struct(data) = &input.data else {
        return Err(Error::new(
            input.ident.span(),
            "derive(Resource) takes a struct",
        ));
    };
    let Fields::Named(named) = &data.fields else {
        return Err(Error::new(
            input.ident.span(),
            "derive(Resource) takes named fields",
        ));
    };
    let each = named.named.iter().filter_map(|field| {
        let name = field.ident.as_ref()?;
        let api = api_name(&field.attrs, name, camel);
        let api = wired(&field.ty).and(api);
        Some(api.map(|api| InputField {
            name,
            api,
            ty: &field.ty,
        }))
    });
    each.collect()
}

/// A plain value is the usual mistake, and the compiler would tell it at every
/// place that the expansion uses the field.
fn wired(ty: &Type) -> syn::Result<()> {
    const PLAIN: [&str; 14] = [
        "String", "bool", "char", "f32", "f64", "i8", "i16", "i32", "i64", "u8", "u16", "u32",
        "u64", "usize",
    ];
    let Type::Path(path) = ty else { return Ok(()) };
    match path.path.get_ident().map(Ident::to_string) {
        Some(plain) if PLAIN.contains(&plain.as_str()) => {
            let message = format!("a field of a resource is an output: write `Output<{plain}>`");
            Err(Error::new_spanned(ty, message))
        }
        _ => Ok(()),
    }
}

/// The same struct with every output resolved.
fn twin_struct(input: &DeriveInput, twin: &Ident, fields: &[InputField<'_>]) -> TokenStream {
    let (vis, root) = (&input.vis, root());
    let serde = serde_path(&root);
    let doc = format!("[`{}`] with every output resolved.", input.ident);
    let members = fields.iter().map(|field| {
        let (name, api, ty) = (field.name, &field.api, field.ty);
        let doc = format!("The resolved `{api}`.");
        let default = is_container(ty).then(|| quote!(default,));
        quote! {
            #[doc = #doc]
            #[serde(#default rename = #api)]
            #vis #name: <#ty as #root::wiring::Wire>::Resolved
        }
    });
    quote! {
        #[doc = #doc]
        #[derive(#root::export::serde::Deserialize)]
        #[serde(crate = #serde)]
        #vis struct #twin { #(#members,)* }
    }
}

/// Options, lists and maps may be absent from a request.
fn is_container(ty: &Type) -> bool {
    let Type::Path(path) = ty else { return false };
    path.path.segments.last().is_some_and(|last| {
        ["Option", "Vec", "BTreeMap"]
            .iter()
            .any(|name| last.ident == name)
    })
}

/// The path of serde as its own derive wants it: without blanks.
fn serde_path(root: &TokenStream) -> String {
    let path: String = root.to_string().split_whitespace().collect();
    format!("{path}::export::serde")
}

fn member_inserts(fields: &[InputField<'_>]) -> TokenStream {
    let root = root();
    let inserts = fields.iter().map(|field| {
        let (name, api) = (field.name, &field.api);
        quote! {
            if let Some(expr) = #root::wiring::Wire::wire(&self.#name) {
                members.insert(#api.to_owned(), expr);
            }
        }
    });
    quote! {
        let mut members = ::std::collections::BTreeMap::new();
        #(#inserts)*
    }
}

/// What is wrong with any of the fields.
fn problems(fields: &[InputField<'_>]) -> TokenStream {
    let root = root();
    let names = fields.iter().map(|field| field.name);
    quote! {
        fn problems(&self) -> ::std::vec::Vec<#root::Problem> {
            let mut problems = ::std::vec::Vec::new();
            #(problems.extend(#root::wiring::Wire::problems(&self.#names));)*
            problems
        }
    }
}

fn nested(input: &DeriveInput, twin: &Ident, fields: &[InputField<'_>]) -> TokenStream {
    let (name, inserts) = (&input.ident, member_inserts(fields));
    let (root, problems) = (root(), problems(fields));
    quote! {
        #[diagnostic::do_not_recommend]
        impl #root::wiring::Wire for #name {
            type Resolved = #twin;

            fn wire(&self) -> Option<#root::wiring::Expr> {
                #inserts
                Some(#root::wiring::Expr::map(members))
            }

            #problems
        }
    }
}

fn resource(
    input: &DeriveInput,
    twin: &Ident,
    fields: &[InputField<'_>],
    facts: &syn::Path,
    handle: &Ident,
    outputs: &[OutputField],
) -> TokenStream {
    let (name, inserts) = (&input.ident, member_inserts(fields));
    let (root, problems) = (root(), problems(fields));
    let (names, apis): (Vec<_>, Vec<_>) = outputs.iter().map(|o| (&o.name, &o.api)).unzip();
    quote! {
        #[diagnostic::do_not_recommend]
        impl #root::wiring::Resource for #name {
            type Handle = #handle;
            type Resolved = #twin;
            const TYPE: &'static #root::facts::Type = &#facts;

            fn members(&self) -> ::std::collections::BTreeMap<String, #root::wiring::Expr> {
                #inserts
                members
            }

            fn handle(node: #root::wiring::NodeRef) -> #handle {
                #handle { node, #(#names: node.output(#apis),)* }
            }

            #problems
        }
    }
}

fn handle_struct(input: &DeriveInput, handle: &Ident, outputs: &[OutputField]) -> TokenStream {
    let vis: &Visibility = &input.vis;
    let root = root();
    let doc = format!("What a [`{}`] offers to others.", input.ident);
    let members = outputs.iter().map(|output| {
        let (name, ty) = (&output.name, &output.ty);
        let doc = format!("The output `{}`.", output.api);
        quote!(#[doc = #doc] #vis #name: #root::Output<#ty>)
    });
    quote! {
        #[doc = #doc]
        #[derive(Clone, Debug)]
        #vis struct #handle {
            /// The node in the graph.
            #vis node: #root::wiring::NodeRef,
            #(#members,)*
        }
    }
}
