//! The table of resource types.

use std::path::Path;

use mlplat_aws::{catalog, reference};

#[test]
fn the_table_in_the_docs_is_what_the_facts_say() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/resource-types.md");
    let written = std::fs::read_to_string(file).unwrap();
    let rendered = reference();
    let stale = rendered
        .lines()
        .zip(written.lines())
        .find(|(new, old)| new != old);
    assert_eq!(stale, None, "stale: run `cargo xtask docs`");
    assert_eq!(rendered, written, "stale: run `cargo xtask docs`");
}

#[test]
fn every_type_has_a_row_with_its_source() {
    let text = reference();
    for ty in catalog() {
        let rows: Vec<_> = text
            .lines()
            .filter(|line| line.starts_with(&format!("| `{}` |", ty.name)))
            .collect();
        assert_eq!(rows.len(), 1, "{}", ty.name);
        let source = rows[0].trim_end_matches(" |").rsplit("| ").next().unwrap();
        assert!(
            text.contains(&format!("\n{source}. {}\n", ty.source)),
            "{}",
            ty.name
        );
        // No cell breaks the table.
        assert!(
            !ty.doc.contains('|') && !ty.doc.contains('\n'),
            "{}",
            ty.name
        );
    }
}
