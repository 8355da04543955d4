//! Contract bundles: what is read from them, and what is said of those that cannot be used.

use std::path::Path;

use florin_client::{
    bundle::{Bundle, BundleError, Bundles},
    contract::code_hash,
};
use serde_json::{json, Value};

const CODE: &[u8] = b"PVM\0and the rest of a blob";

fn bundle_json(code: &[u8]) -> Value {
    json!({
        "source": {
            "hash": format!("{:?}", code_hash(code)),
            "language": "ink! 6.0.0-beta.1",
            "compiler": "rustc 1.96.0",
            "contract_binary": format!("0x{}", hex::encode(code)),
        },
        "contract": { "name": "florin_token", "version": "0.1.0", "authors": ["Florin developers"] },
        "image": null,
        "spec": { "messages": [] },
        "types": [],
        "version": 6,
    })
}

fn read(json: &Value) -> Result<Bundle, BundleError> {
    Bundle::from_json(json.to_string().as_bytes(), Path::new("token.contract"))
}

#[test]
fn a_bundle_has_code_and_metadata() {
    let bundle = read(&bundle_json(CODE)).expect("a bundle");
    assert_eq!((bundle.name.as_str(), bundle.version.as_str()), ("florin_token", "0.1.0"));
    assert_eq!((bundle.code.as_slice(), bundle.code_hash), (CODE, code_hash(CODE)));
    assert!(bundle.metadata["spec"]["messages"].is_array());
    // The blob is not carried around twice.
    assert!(bundle.metadata["source"].get("contract_binary").is_none());
}

#[test]
fn a_folder_is_searched_by_short_and_full_names() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("florin_token.contract"), bundle_json(CODE).to_string()).expect("written");
    let bundles = Bundles::at(folder.path());
    assert_eq!(bundles.load("token").expect("short"), bundles.load("florin_token").expect("full"));
    let error = bundles.load("oracle").expect_err("absent");
    assert_eq!(error, BundleError::Missing { path: folder.path().join("florin_oracle.contract") });
    assert!(error.to_string().contains("scripts/build"));
}

#[test]
fn a_bundle_whose_code_is_another_is_refused() {
    let mut json = bundle_json(CODE);
    json["source"]["contract_binary"] = Value::String(format!("0x{}", hex::encode(b"PVM\0something else")));
    let error = read(&json).expect_err("another code");
    assert_eq!(
        error,
        BundleError::HashMismatch {
            path: "token.contract".into(),
            stated: code_hash(CODE),
            actual: code_hash(b"PVM\0something else"),
        }
    );
}

#[test]
fn a_damaged_bundle_is_refused() {
    let without_code = {
        let mut json = bundle_json(CODE);
        json["source"].as_object_mut().expect("an object").remove("contract_binary");
        json.to_string()
    };
    let no_hex = bundle_json(CODE).to_string().replace("0x50564d00", "0xPVM");
    let wasm = bundle_json(b"\0asm").to_string();
    for text in ["", "{", "[]", "{}", &without_code, &no_hex, &wasm] {
        let error = Bundle::from_json(text.as_bytes(), Path::new("token.contract")).expect_err("damaged");
        assert!(matches!(error, BundleError::Corrupt { .. }), "{text:.40}: {error}");
    }
}
