//! Calls and answers by metadata are to the byte what the types themselves encode.

use florin_metadata::{ContractMetadata, Datum, MetadataError};
use parity_scale_codec::Encode;
use primitive_types::U256;
use scale_info::{meta_type, PortableRegistry, Registry, TypeInfo};
use serde_json::json;

/// A wrapper, as the units are.
#[derive(Encode, TypeInfo)]
struct Wad(u128);

#[derive(Encode, TypeInfo)]
enum Curve {
    Flat,
    Linear { duration: u64 },
    Steps(u8, Vec<u16>),
}

#[derive(Encode, TypeInfo)]
struct Params {
    asset: Option<[u8; 20]>,
    price: Wad,
    curve: Curve,
}

#[derive(Encode, TypeInfo)]
enum Refusal {
    TooMuch { asked: Wad, most: Wad },
}

#[derive(Encode, TypeInfo)]
enum LangError {
    CouldNotReadInput,
}

fn metadata() -> ContractMetadata {
    let mut registry = Registry::new();
    let mut id = |ty| registry.register_type(&ty).id;
    let (params, text, list) =
        (id(meta_type::<Params>()), id(meta_type::<String>()), id(meta_type::<Vec<(u8, bool)>>()));
    let wad = id(meta_type::<Wad>());
    let (number, some) = (id(meta_type::<U256>()), id(meta_type::<Option<U256>>()));
    let number_returned = id(meta_type::<Result<U256, LangError>>());
    let signed = id(meta_type::<i64>());
    let returned = id(meta_type::<Result<Result<(Wad, Option<Curve>), Refusal>, LangError>>());
    let plain = id(meta_type::<Result<Vec<u8>, LangError>>());
    let registry: PortableRegistry = registry.into();
    let types = serde_json::to_value(&registry).expect("serialises");
    let call = |label: &str, arguments: &[(&str, u32)], returned: u32| {
        json!({
            "label": label, "selector": "0xaabbccdd", "payable": false, "mutates": true, "docs": [],
            "args": arguments.iter().map(|(name, id)| json!({ "label": name, "type": { "type": id } })).collect::<Vec<_>>(),
            "returnType": { "type": returned },
        })
    };
    let json = json!({
        "version": 6,
        "contract": { "name": "florin_example", "description": null },
        "spec": {
            "constructors": [call("new", &[("amount", wad)], plain)],
            "messages": [
                call("set", &[("params", params)], returned),
                call("pay", &[("value", number), ("tip", some)], number_returned),
                call("say", &[("text", text), ("list", list), ("offset", signed)], plain),
                call("askTwice", &[], plain),
            ],
            "events": [{
                "label": "Said", "signature_topic": format!("0x{}", "11".repeat(32)), "docs": [],
                "args": [{ "label": "who", "type": { "type": text }, "docs": [] }, { "label": "amount", "type": { "type": wad }, "docs": [] }],
            }],
        },
        "types": types["types"],
    });
    ContractMetadata::from_json(&json).expect("valid")
}

fn texts(arguments: &[&str]) -> Vec<String> {
    arguments.iter().map(|text| (*text).to_owned()).collect()
}

const SELECTOR: [u8; 4] = [0xaa, 0xbb, 0xcc, 0xdd];

#[test]
fn arguments_encode_as_their_types_do() {
    let metadata = metadata();
    let cases = [
        (
            "{ asset: None, price: 340282366920938463463374607431768211455, curve: Flat }",
            Params { asset: None, price: Wad(u128::MAX), curve: Curve::Flat },
        ),
        (
            "{ curve: Linear { duration: 3600 }, asset: Some(0x0101010101010101010101010101010101010101), price: 5 }",
            Params { asset: Some([1; 20]), price: Wad(5), curve: Curve::Linear { duration: 3_600 } },
        ),
        (
            "{ asset: None, price: (5), curve: Steps(7, [1, 2, 3]) }",
            Params { asset: None, price: Wad(5), curve: Curve::Steps(7, vec![1, 2, 3]) },
        ),
    ];
    for (text, expected) in cases {
        let data = metadata.encode_message("set", &texts(&[text])).expect(text);
        assert_eq!(data, (SELECTOR, expected).encode(), "{text}");
    }
    let data = metadata.encode_message("say", &texts(&["good day", "[(1, true), (2, false)]", "-5"])).expect("encodes");
    assert_eq!(data, (SELECTOR, "good day", vec![(1u8, true), (2, false)], -5i64).encode());
    let data = metadata.encode_constructor("new", &texts(&["12"])).expect("encodes");
    assert_eq!(data, (SELECTOR, 12u128).encode());
}

#[test]
fn what_does_not_fit_is_refused_with_the_reason() {
    let metadata = metadata();
    let cause = |label: &str, arguments: &[&str]| match metadata.encode_message(label, &texts(arguments)) {
        Err(MetadataError::Argument { argument, cause, .. }) => format!("{argument}: {cause}"),
        other => panic!("{other:?}"),
    };
    let rest = "price: 1, curve: Flat";
    assert!(cause("set", &[&format!("{{ asset: Some(0x01), {rest} }}")]).contains("1 items instead of 20"));
    assert!(cause("set", &["{ asset: None, price: 1, curve: Round }"]).contains("none of Flat, Linear, Steps"));
    assert!(cause("set", &["{ asset: None, price: 1 }"]).contains("curve is missing"));
    assert!(cause("set", &[&format!("{{ asset: None, colour: 1, {rest} }}")]).contains("no field \"colour\""));
    cause("set", &["{ asset: None, price: 340282366920938463463374607431768211456, curve: Flat }"]);
    cause("set", &["{ asset: None, price: ten, curve: Flat }"]);
    assert!(cause("say", &["a", "[]", "5 6"]).contains("left over"));
    cause("say", &["a", "[(256, true)]", "5"]);
    let missing = metadata.encode_message("say", &texts(&["a"])).expect_err("two are missing");
    assert_eq!(
        missing.to_string(),
        "say(text: String, list: Vec<(u8, bool)>, offset: i64) -> Vec<u8> takes 3 arguments, 1 were given"
    );
    // A message has the name that its contract gives it, and the one that the bindings give it.
    assert_eq!(metadata.encode_message("ask_twice", &[]), metadata.encode_message("askTwice", &[]));
    assert!(metadata.encode_message("ask_twice", &[]).is_ok());
    assert!(matches!(metadata.encode_message("sing", &[]), Err(MetadataError::UnknownMessage { .. })));
}

#[test]
fn answers_say_whether_they_refuse() {
    let metadata = metadata();
    let good: Result<Result<(Wad, Option<Curve>), Refusal>, LangError> = Ok(Ok((Wad(1 << 60), Some(Curve::Flat))));
    let answer = metadata.decode_output("set", &good.encode()).expect("decodes");
    assert!(!answer.is_refusal);
    assert_eq!(answer.to_string(), "[1152921504606846976, Some(Flat)]");
    assert_eq!(answer.to_json(), json!(["1152921504606846976", "Flat"]));

    let refusal: Result<Result<(Wad, Option<Curve>), Refusal>, LangError> =
        Ok(Err(Refusal::TooMuch { asked: Wad(5), most: Wad(4) }));
    let answer = metadata.decode_output("set", &refusal.encode()).expect("decodes");
    assert!(answer.is_refusal);
    assert_eq!(answer.to_string(), "TooMuch { asked: 5, most: 4 }");
    assert_eq!(answer.to_json(), json!({ "TooMuch": { "asked": 5, "most": 4 } }));

    let language: Result<Vec<u8>, LangError> = Err(LangError::CouldNotReadInput);
    let answer = metadata.decode_output("say", &language.encode()).expect("decodes");
    assert!(answer.is_refusal);
    let bytes: Result<Vec<u8>, LangError> = Ok(vec![1, 2, 255]);
    let answer = metadata.decode_output("say", &bytes.encode()).expect("decodes");
    assert_eq!((answer.is_refusal, answer.to_string()), (false, "0x0102ff".to_owned()));

    assert!(matches!(metadata.decode_output("say", &[0]), Err(MetadataError::Output { .. })));
    let too_long = [bytes.encode(), vec![0]].concat();
    assert!(matches!(metadata.decode_output("say", &too_long), Err(MetadataError::Output { .. })));
}

#[test]
fn events_are_known_by_their_first_topic() {
    let metadata = metadata();
    let data = ("alice", Wad(3)).encode();
    let (name, fields) = metadata.decode_event(&[[0x11; 32]], &data).expect("decodes").expect("known");
    assert_eq!((name.as_str(), fields.to_string().as_str()), ("Said", "{ who: \"alice\", amount: 3 }"));
    assert_eq!(metadata.decode_event(&[[0x22; 32]], &data), Ok(None));
    assert_eq!(metadata.decode_event(&[], &data), Ok(None));
    assert!(metadata.decode_event(&[[0x11; 32]], &data[..3]).is_err());
}

#[test]
fn numbers_of_256_bits_are_read_and_written_in_decimal() {
    assert_eq!(Datum::Unsigned(U256::MAX).to_string(), U256::MAX.to_string());
    assert_eq!(Datum::Unsigned(U256::from(9_007_199_254_740_991u64)).to_json(), json!(9_007_199_254_740_991u64));
    assert_eq!(Datum::Unsigned(U256::from(9_007_199_254_740_992u64)).to_json(), json!("9007199254740992"));
    let metadata = metadata();
    for (text, number) in [("7", U256::from(7)), (&U256::MAX.to_string(), U256::MAX)] {
        let data = metadata.encode_message("pay", &texts(&[text, "None"])).expect(text);
        assert_eq!(data, (SELECTOR, number, None::<U256>).encode());
    }
    let data = metadata.encode_message("pay", &texts(&["0", "Some(5)"])).expect("encodes");
    assert_eq!(data, (SELECTOR, U256::zero(), Some(U256::from(5))).encode());
    let answer = metadata.decode_output("pay", &Ok::<_, LangError>(U256::MAX).encode()).expect("decodes");
    assert_eq!(answer.to_string(), U256::MAX.to_string());
    assert!(metadata.encode_message("pay", &texts(&["-1", "None"])).is_err());
}

#[test]
fn metadata_of_another_format_is_refused() {
    let found = ContractMetadata::from_json(&json!({
        "version": 5, "contract": { "name": "old", "description": null },
        "spec": { "constructors": [], "messages": [], "events": [] }, "types": [],
    }));
    assert!(matches!(found, Err(MetadataError::Version { found: 5, .. })));
    assert!(matches!(ContractMetadata::from_json(&json!({})), Err(MetadataError::Json { .. })));
}
