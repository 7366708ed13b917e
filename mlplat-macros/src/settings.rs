//! The expansion of `derive(Settings)`: a `Deserialize` that starts from
//! `Default` and can say what it knows of its fields.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Data, DeriveInput, Error, Expr, Fields, Lit, Meta, PathArguments, Type};

use crate::root::root;

struct Field<'a> {
    name: &'a syn::Ident,
    key: String,
    doc: String,
    secret: bool,
}

pub(crate) fn expand(input: &DeriveInput) -> syn::Result<TokenStream> {
    let fields = fields(input)?;
    if let Some(generic) = input.generics.params.first() {
        let what = "derive(Settings) takes a struct without parameters";
        return Err(Error::new_spanned(generic, what));
    }
    let (root, name) = (root(), &input.ident);
    let shown = name.to_string();
    let (names, keys): (Vec<_>, Vec<_>) = fields.iter().map(|f| (f.name, &f.key)).unzip();
    let docs = fields.iter().map(|field| &field.doc);
    let secrets = fields.iter().map(|field| field.secret);
    Ok(quote! {
        impl<'de> #root::export::serde::Deserialize<'de> for #name {
            fn deserialize<D: #root::export::serde::Deserializer<'de>>(
                from: D,
            ) -> ::std::result::Result<Self, D::Error> {
                use #root::export::serde::de;
                const KEYS: &[&str] = &[#(#keys),*];
                struct Reader;
                impl<'de> de::Visitor<'de> for Reader {
                    type Value = #name;

                    fn expecting(
                        &self,
                        out: &mut ::std::fmt::Formatter<'_>,
                    ) -> ::std::fmt::Result {
                        if !out.alternate() {
                            return out.write_str("settings");
                        }
                        #[allow(unused_imports)]
                        use #root::export::settings::{ByNothing as _, ByValue as _};
                        let all = <#name as ::std::default::Default>::default();
                        #root::export::settings::tell(out, &[#(
                            #root::export::settings::Told {
                                name: #keys.to_owned(),
                                doc: #docs.to_owned(),
                                secret: #secrets,
                                default: (&#root::export::settings::Shown(&all.#names)).value(),
                            }
                        ),*])
                    }

                    fn visit_map<A: de::MapAccess<'de>>(
                        self,
                        mut map: A,
                    ) -> ::std::result::Result<#name, A::Error> {
                        let mut all = <#name as ::std::default::Default>::default();
                        while let Some(key) = map.next_key::<::std::string::String>()? {
                            match key.as_str() {
                                #(#keys => all.#names = map.next_value()?,)*
                                other => return Err(de::Error::unknown_field(other, KEYS)),
                            }
                        }
                        Ok(all)
                    }
                }
                from.deserialize_struct(#shown, KEYS, Reader)
            }
        }
    })
}

fn fields(input: &DeriveInput) -> syn::Result<Vec<Field<'_>>> {
    let refused = || {
        Error::new(
            input.ident.span(),
            "derive(Settings) takes a struct with named fields",
        )
    };
    let Data::Struct(data) = &input.data else {
        return Err(refused());
    };
    let Fields::Named(named) = &data.fields else {
        return Err(refused());
    };
    let each = named.named.iter().filter_map(|field| {
        let name = field.ident.as_ref()?;
        let key = name.to_string();
        Some(Field {
            name,
            key: key.strip_prefix("r#").unwrap_or(&key).to_owned(),
            doc: doc(&field.attrs),
            secret: is_secret(&field.ty),
        })
    });
    Ok(each.collect())
}

/// The doc comment on one line.
fn doc(attrs: &[Attribute]) -> String {
    let lines = attrs.iter().filter_map(|attr| {
        let Meta::NameValue(pair) = &attr.meta else {
            return None;
        };
        let Expr::Lit(literal) = &pair.value else {
            return None;
        };
        match &literal.lit {
            Lit::Str(text) if attr.path().is_ident("doc") => Some(text.value().trim().to_owned()),
            _ => None,
        }
    });
    lines.collect::<Vec<_>>().join(" ").trim().to_owned()
}

/// `Secret<..>`, or an `Option` of it.
fn is_secret(ty: &Type) -> bool {
    let Type::Path(path) = ty else { return false };
    let Some(last) = path.path.segments.last() else {
        return false;
    };
    if last.ident == "Secret" {
        return true;
    }
    let PathArguments::AngleBracketed(inside) = &last.arguments else {
        return false;
    };
    inside.args.iter().any(|arg| match arg {
        syn::GenericArgument::Type(ty) => is_secret(ty),
        _ => false,
    })
}
