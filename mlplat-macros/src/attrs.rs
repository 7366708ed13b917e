//! The attributes of `derive(Resource)`, parsed.

use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Error, Ident, LitStr, Path, Token, Type, braced, parenthesized};

/// What `#[resource(...)]` says.
pub(crate) enum Shape {
    /// An object of its own.
    Resource {
        facts: Path,
        handle: Ident,
        outputs: Vec<OutputField>,
    },
    /// A struct inside another one.
    Nested { camel: bool },
}

/// One output of a handle: `vpc_id("VpcId"): VpcId`.
pub(crate) struct OutputField {
    pub(crate) name: Ident,
    pub(crate) api: String,
    pub(crate) ty: Type,
}

impl Parse for Shape {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let (mut facts, mut handle, mut nested, mut camel) = (None, None, false, false);
        while !input.is_empty() {
            let word: Ident = input.parse()?;
            match word.to_string().as_str() {
                "facts" => {
                    input.parse::<Token![=]>()?;
                    facts = Some(input.parse::<Path>()?);
                }
                "handle" => {
                    input.parse::<Token![=]>()?;
                    handle = Some((input.parse::<Ident>()?, outputs(input)?));
                }
                "nested" => nested = true,
                "camel" => camel = true,
                _ => {
                    return Err(Error::new(
                        word.span(),
                        "expected facts, handle, nested or camel",
                    ));
                }
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        match (facts, handle, nested) {
            (Some(facts), Some((handle, outputs)), false) => Ok(Self::Resource {
                facts,
                handle,
                outputs,
            }),
            (None, None, true) => Ok(Self::Nested { camel }),
            _ => Err(input.error("expected `facts = STATIC, handle = Name { … }`, or `nested`")),
        }
    }
}

fn outputs(input: ParseStream<'_>) -> syn::Result<Vec<OutputField>> {
    let inner;
    braced!(inner in input);
    let fields = inner.parse_terminated(OutputField::parse, Token![,])?;
    Ok(fields.into_iter().collect())
}

impl Parse for OutputField {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let name: Ident = input.parse()?;
        let api = if input.peek(syn::token::Paren) {
            let inner;
            parenthesized!(inner in input);
            inner.parse::<LitStr>()?.value()
        } else {
            pascal(&name.to_string())
        };
        input.parse::<Token![:]>()?;
        Ok(Self {
            name,
            api,
            ty: input.parse()?,
        })
    }
}

/// The `#[resource(...)]` of a struct.
pub(crate) fn shape(attrs: &[Attribute], on: &Ident) -> syn::Result<Shape> {
    let attr = attrs
        .iter()
        .find(|attr| attr.path().is_ident("resource"))
        .ok_or_else(|| Error::new(on.span(), "derive(Resource) needs #[resource(...)]"))?;
    attr.parse_args()
}

/// The API name of a field.
pub(crate) fn api_name(attrs: &[Attribute], name: &Ident, camel: bool) -> syn::Result<String> {
    if let Some(attr) = attrs.iter().find(|attr| attr.path().is_ident("field")) {
        return Ok(attr.parse_args::<LitStr>()?.value());
    }
    let pascal = pascal(&name.to_string());
    if !camel {
        return Ok(pascal);
    }
    let mut rest = pascal.chars();
    Ok(rest
        .next()
        .map(|first| first.to_lowercase().collect::<String>() + rest.as_str())
        .unwrap_or_default())
}

fn pascal(snake: &str) -> String {
    let snake = snake.strip_prefix("r#").unwrap_or(snake);
    let words = snake.split('_').map(|word| {
        let mut rest = word.chars();
        rest.next()
            .map(|first| first.to_uppercase().collect::<String>() + rest.as_str())
            .unwrap_or_default()
    });
    words.collect()
}
