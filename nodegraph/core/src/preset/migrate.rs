//! From older presets to newer ones, one version at a time.

use serde_json::{Map, Value as Json};

use super::{PresetError, SCHEMA_VERSION};
use crate::operator::Operator;

/// A change of the whole file, from one version of the format to the next.
type Migration = fn(&mut Json);

/// The change at place n leads from format n + 1 to n + 2. Each stays for ever, as it was when that format was released.
const MIGRATIONS: [Migration; SCHEMA_VERSION as usize - 1] = [];

/// Brings a file of an older format to the present one.
pub(super) fn schema(json: &mut Json, found: u64) -> Result<(), PresetError> {
    if !(1..=u64::from(SCHEMA_VERSION)).contains(&found) {
        return Err(PresetError::Version { found });
    }
    MIGRATIONS.iter().skip(found as usize - 1).for_each(|migrate| migrate(json));
    json["dragfx"] = SCHEMA_VERSION.into();
    Ok(())
}

/// The parameters of a node of an older version as they are in the present one; in words, why that cannot be.
pub(super) fn node(
    operator: &dyn Operator,
    version: u32,
    params: &Map<String, Json>,
) -> Result<Map<String, Json>, String> {
    let known = operator.decl().version;
    if version > known || version == 0 {
        return Err(format!("it has version {version}, and this program knows versions 1 to {known}"));
    }
    let mut params = params.clone();
    (version..known).try_for_each(|from| operator.migrate(from, &mut params))?;
    Ok(params)
}
