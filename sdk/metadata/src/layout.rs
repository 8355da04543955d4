//! Where a contract keeps what: its cells with their keys and the shape of what is in them, as text that can be committed, compared and
//! hashed. Contracts with the same text can read each other's cells.

use scale_info::{form::PortableForm, Field, TypeDef};
use serde::Deserialize;

use crate::{ContractMetadata, MetadataError};

/// Deeper than any record of a contract; metadata that goes round in a circle ends here.
const DEEPEST: u8 = 24;

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Layout {
    /// Something of its own, behind a key; keyed by more where it is a mapping.
    Root { root_key: String, layout: Box<Layout>, ty: u32 },
    /// A value.
    Leaf { key: String, ty: u32 },
    /// Values side by side.
    Struct { fields: Vec<Named> },
    /// Whatever else ink! knows; no contract here has it at its top.
    #[serde(untagged)]
    Other(serde_json::Value),
}

#[derive(Clone, Debug, Deserialize)]
struct Named {
    name: String,
    layout: Layout,
}

impl ContractMetadata {
    /// The cells of the contract, one a line: `key name: shape`, in the order of their keys.
    ///
    /// # Errors
    /// [`MetadataError::Json`] where the text tells of no storage.
    pub fn layout(&self) -> Result<String, MetadataError> {
        let storage = Layout::deserialize(&self.storage)
            .map_err(|error| MetadataError::Json { cause: format!("storage: {error}") })?;
        let mut cells = Vec::new();
        self.cells(&storage, "", &mut cells);
        cells.sort();
        Ok(cells.into_iter().map(|(key, cell)| format!("{key} {cell}\n")).collect())
    }

    fn cells(&self, layout: &Layout, name: &str, cells: &mut Vec<(String, String)>) {
        match layout {
            // The outermost is the contract itself, without a name.
            Layout::Root { layout, .. } if name.is_empty() => self.cells(layout, name, cells),
            Layout::Root { root_key, ty, .. } => {
                cells.push((number(root_key), format!("{name}: {}", self.shape(*ty, 0))));
            }
            Layout::Leaf { key, ty } => cells.push((number(key), format!("{name}: {}", self.shape(*ty, 0)))),
            Layout::Struct { fields } => {
                for field in fields {
                    self.cells(&field.layout, &field.name, cells);
                }
            }
            Layout::Other(value) => cells.push((String::new(), format!("{name}: {value}"))),
        }
    }

    /// A type with everything in it: two types with the same shape are encoded alike.
    fn shape(&self, id: u32, depth: u8) -> String {
        let Ok(ty) = self.type_of(id) else { return format!("type {id}") };
        if depth >= DEEPEST {
            return "…".to_owned();
        }
        let inner = |id: u32| self.shape(id, depth + 1);
        // Cells and mappings are nothing but their parameters; the key stands beside.
        let is_cell = matches!(ty.path.segments.first().map(String::as_str), Some("ink_storage"));
        if is_cell {
            let parameters = ty.type_params.iter().filter(|parameter| parameter.name != "KeyType");
            let shapes: Vec<String> = parameters.filter_map(|it| it.ty.map(|ty| inner(ty.id))).collect();
            return shapes.join(" => ");
        }
        match &ty.type_def {
            TypeDef::Composite(composite) => self.members(&composite.fields, depth),
            TypeDef::Variant(variants) => {
                let shown: Vec<String> = variants
                    .variants
                    .iter()
                    .map(|it| match it.fields.is_empty() {
                        true => format!("{}={}", it.index, it.name),
                        false => format!("{}={} {}", it.index, it.name, self.members(&it.fields, depth)),
                    })
                    .collect();
                format!("<{}>", shown.join(" | "))
            }
            TypeDef::Sequence(sequence) => format!("[{}]", inner(sequence.type_param.id)),
            TypeDef::Array(array) => format!("[{}; {}]", inner(array.type_param.id), array.len),
            TypeDef::Tuple(tuple) => {
                let shown: Vec<String> = tuple.fields.iter().map(|field| inner(field.id)).collect();
                format!("({})", shown.join(", "))
            }
            TypeDef::Compact(compact) => format!("compact {}", inner(compact.type_param.id)),
            TypeDef::Primitive(_) | TypeDef::BitSequence(_) => self.type_name(id),
        }
    }

    fn members(&self, fields: &[Field<PortableForm>], depth: u8) -> String {
        match fields {
            // A wrapper is encoded as what it wraps.
            [field] if field.name.is_none() => self.shape(field.ty.id, depth + 1),
            _ => {
                let shown: Vec<String> = fields
                    .iter()
                    .map(|field| match &field.name {
                        Some(name) => format!("{name}: {}", self.shape(field.ty.id, depth + 1)),
                        None => self.shape(field.ty.id, depth + 1),
                    })
                    .collect();
                format!("{{{}}}", shown.join(", "))
            }
        }
    }
}

/// A key as the contract's source writes it; the metadata has its bytes in the chain's order.
fn number(key: &str) -> String {
    let digits = key.strip_prefix("0x").unwrap_or(key);
    let mut bytes = [0; 4];
    match hex::decode_to_slice(digits, &mut bytes) {
        Ok(()) => format!("0x{:08x}", u32::from_le_bytes(bytes)),
        Err(_) => key.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn metadata(second: &str) -> serde_json::Value {
        json!({
            "version": 6,
            "contract": { "name": "sample" },
            "spec": { "constructors": [], "messages": [], "events": [] },
            "storage": { "root": { "root_key": "0x00000000", "ty": 0, "layout": { "struct": { "name": "Sample", "fields": [
                { "name": "later", "layout": { "root": { "root_key": "0x02000000", "ty": 3,
                    "layout": { "leaf": { "key": "0x02000000", "ty": 2 } } } } },
                { "name": "first", "layout": { "leaf": { "key": "0x01000000", "ty": 2 } } },
            ] } } } },
            "types": [
                { "id": 0, "type": { "def": { "tuple": [] } } },
                { "id": 1, "type": { "def": { "primitive": second } } },
                { "id": 2, "type": { "path": ["sample", "Wad"], "def": { "composite": { "fields": [{ "type": 1 }] } } } },
                { "id": 3, "type": { "path": ["ink_storage", "lazy", "mapping", "Mapping"],
                    "params": [{ "name": "K", "type": 1 }, { "name": "V", "type": 4 }, { "name": "KeyType", "type": 0 }],
                    "def": { "composite": {} } } },
                { "id": 4, "type": { "path": ["sample", "Pair"], "def": { "composite": { "fields": [
                    { "name": "one", "type": 2 }, { "name": "other", "type": 5 } ] } } } },
                { "id": 5, "type": { "path": ["Option"], "params": [{ "name": "T", "type": 1 }], "def": { "variant": {
                    "variants": [{ "name": "None", "index": 0 }, { "name": "Some", "index": 1, "fields": [{ "type": 1 }] }] } } } },
            ],
        })
    }

    fn layout(primitive: &str) -> String {
        ContractMetadata::from_json(&metadata(primitive)).and_then(|it| it.layout()).expect("a layout")
    }

    #[test]
    fn cells_stand_in_the_order_of_their_keys_with_all_that_is_in_them() {
        let text = layout("u128");
        assert_eq!(
            text,
            "0x00000001 first: u128\n0x00000002 later: u128 => {one: u128, other: <0=None | 1=Some u128>}\n"
        );
    }

    #[test]
    fn a_change_deep_inside_is_a_change() {
        assert_ne!(layout("u128"), layout("u64"));
    }
}
