"""Prints src/properties.rs: what the headers of an OpenFX checkout say of each property. For generate.sh.

The checkout's own reader of its headers (scripts/ofx_prop_utils.py) is used, and nothing of it is kept.
"""

import json
import sys
from pathlib import Path

checkout = Path(sys.argv[1])
sys.path.insert(0, str(checkout / "scripts"))
import ofx_prop_utils

KINDS = {"int": "Int", "bool": "Int", "double": "Double", "string": "String", "enum": "String", "pointer": "Pointer"}

print("//! What the headers say of each property, by name. Made by generate.py from the headers of OpenFX;")
print("// Copyright OpenFX and contributors to the OpenFX project. SPDX-License-Identifier: BSD-3-Clause")
print()
print("use crate::property::{Kind::*, Property};")
print()
print("pub(crate) static PROPERTIES: &[Property] = &[")
for name, about in sorted(ofx_prop_utils.get_properties_from_headers(checkout / "include").items()):
    types = about["type"] if isinstance(about["type"], list) else [about["type"]]
    kinds = ", ".join(dict.fromkeys(KINDS[kind] for kind in types))
    values = ", ".join(json.dumps(str(value)) for value in about.get("values", []))
    print(f'    Property {{ name: "{name}", kinds: &[{kinds}], dimension: {about["dimension"]}, values: &[{values}] }},')
print("];")
