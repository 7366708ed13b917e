//! Keys.

use mlplat_core::{Graph, Problems};

use super::support::each;

/// `key-rotation`: a symmetric key of KMS that is not rotated. Others cannot
/// be.
#[must_use]
pub fn key_rotation(program: &Graph) -> Problems {
    each(program, &["kms.Key"], |key| {
        let symmetric = ["KeySpec", "CustomerMasterKeySpec"].iter().all(|field| {
            key.text(field)
                .is_none_or(|spec| spec == "SYMMETRIC_DEFAULT")
        });
        (symmetric && !key.is_on("EnableKeyRotation")).then(|| {
            let what = "the key is not rotated";
            key.problem("key-rotation", what, "set EnableKeyRotation to true")
                .because("everything that was ever encrypted stands behind one key")
        })
    })
}
