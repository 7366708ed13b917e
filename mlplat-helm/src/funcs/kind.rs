//! Types and kinds.

use super::args::text;
use super::function::{Function, Group, row};
use crate::value::{Param, Value, deep_equal};

use Param::{Any, Text};

pub(super) static ROWS: &[Function] = &[
    row("typeOf", Group::Kind, &[Any], "The Go type", |_, a| {
        Ok(Value::from(a[0].type_name()))
    })
    .keeps(),
    row(
        "typeIs",
        Group::Kind,
        &[Text, Any],
        "Whether the Go type is this",
        |_, a| Ok(Value::from(text(&a[0]) == a[1].type_name())),
    )
    .keeps(),
    row(
        "typeIsLike",
        Group::Kind,
        &[Text, Any],
        "Whether the type, or a pointer to it",
        |_, a| {
            let (wanted, found) = (text(&a[0]), a[1].type_name());
            Ok(Value::from(
                wanted == found || found.strip_prefix('*') == Some(&wanted),
            ))
        },
    )
    .keeps(),
    row("kindOf", Group::Kind, &[Any], "The Go kind", |_, a| {
        Ok(Value::from(a[0].kind().name()))
    })
    .keeps(),
    row(
        "kindIs",
        Group::Kind,
        &[Text, Any],
        "Whether the Go kind is this",
        |_, a| Ok(Value::from(text(&a[0]) == a[1].kind().name())),
    )
    .keeps(),
    row(
        "deepEqual",
        Group::Kind,
        &[Any, Any],
        "Whether type and content are equal",
        |call, a| {
            call.charge_value(&a[0])?;
            call.charge_value(&a[1])?;
            Ok(Value::from(deep_equal(&a[0], &a[1])?))
        },
    ),
];
