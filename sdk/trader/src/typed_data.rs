//! What is signed as wallets show it: typed data (EIP-712), for `eth_signTypedData_v4`. A wallet of Polkadot signs its
//! digest as bytes.

use std::cell::RefCell;

use florin_trade::{Address, Hash, SIGNING_NAME};
use serde_json::{json, Map, Value};

use crate::{
    hash, keccak,
    signing::{self, SignatureProblem, Venue},
};

/// Bytes of a word, in which each field is hashed.
const WORD: usize = 32;
/// The largest whole number that every reader of JSON takes as it is.
const MAXIMUM_JSON_NUMBER: u64 = (1 << 53) - 1;

/// Something to sign, field by field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypedData {
    venue: Venue,
    struct_hash: Hash,
    /// Text of the type, such as `Signing(bytes32 agreement,uint256 deadline)`.
    kind: String,
    /// The fields' words, in the order of the type.
    words: Vec<Hash>,
}

impl TypedData {
    /// What the rules hash. They are given a Keccak-256 that remembers what it is asked for: the text of the type first, then its
    /// hash with a word for each field. So what a wallet shows cannot differ from what the contract checks.
    pub fn of(venue: Venue, struct_hash: impl FnOnce(&dyn Fn(&[u8]) -> Hash) -> Hash) -> Self {
        let asked = RefCell::new(Vec::new());
        let struct_hash = struct_hash(&|bytes| {
            asked.borrow_mut().push(bytes.to_vec());
            keccak(bytes)
        });
        let asked = asked.into_inner();
        let kind = asked.first().map(|text| String::from_utf8_lossy(text).into_owned()).unwrap_or_default();
        let fields = asked.last().and_then(|hashed| hashed.get(WORD..)).unwrap_or_default();
        let words = fields.chunks_exact(WORD).map(|word| {
            let mut copy = Hash::default();
            copy.copy_from_slice(word);
            copy
        });
        Self { venue, struct_hash, kind, words: words.collect() }
    }

    /// Where the signature counts.
    pub const fn venue(&self) -> &Venue {
        &self.venue
    }

    /// What is signed: an Ethereum wallet signs it as it is, a Polkadot wallet signs [`signing::sr25519_message`] of it.
    pub fn digest(&self) -> Hash {
        self.venue.digest(&self.struct_hash)
    }

    /// Checks that an account signed it; returns the signature in its canonical form.
    ///
    /// # Errors
    /// [`SignatureProblem`].
    pub fn check(&self, account: &Address, signature: &[u8]) -> Result<Vec<u8>, SignatureProblem> {
        signing::check(account, &self.digest(), signature)
    }

    /// Name of the type, such as `Signing`.
    pub fn name(&self) -> &str {
        self.kind.split('(').next().unwrap_or_default()
    }

    /// The fields: type, name and word.
    fn fields(&self) -> impl Iterator<Item = (&str, &str, &Hash)> {
        let inside = self.kind.split_once('(').map(|(_, rest)| rest.trim_end_matches(')')).unwrap_or_default();
        let declared = inside.split(',').filter_map(|field| field.split_once(' '));
        declared.zip(&self.words).map(|((kind, name), word)| (kind, name, word))
    }

    /// As `eth_signTypedData_v4` takes it.
    pub fn to_json(&self) -> Value {
        let kinds = |fields: &mut dyn Iterator<Item = (&str, &str)>| -> Vec<Value> {
            fields.map(|(kind, name)| json!({ "name": name, "type": kind })).collect()
        };
        let domain =
            [("string", "name"), ("string", "version"), ("uint256", "chainId"), ("address", "verifyingContract")];
        let mut message = Map::new();
        for (kind, name, word) in self.fields() {
            message.insert(name.to_owned(), value(kind, word));
        }
        let chain = number(&self.venue.chain_id);
        json!({
            "types": {
                "EIP712Domain": kinds(&mut domain.into_iter()),
                self.name(): kinds(&mut self.fields().map(|(kind, name, _)| (kind, name))),
            },
            "primaryType": self.name(),
            "domain": {
                "name": SIGNING_NAME,
                "version": "1",
                "chainId": chain.filter(|id| *id <= MAXIMUM_JSON_NUMBER).map_or_else(|| hash::format(&self.venue.chain_id).into(), Value::from),
                "verifyingContract": hash::format(&self.venue.contract),
            },
            "message": message,
        })
    }
}

/// A word as JSON has it by its type. Numbers are texts: readers of JSON round large ones.
fn value(kind: &str, word: &Hash) -> Value {
    match kind {
        "address" => hash::format(&word[12..]).into(),
        "uint256" => number(word).map_or_else(|| hash::format(word), |number| number.to_string()).into(),
        _ => hash::format(word).into(),
    }
}

/// A word as number, where it is one of 64 bits.
fn number(word: &Hash) -> Option<u64> {
    let (high, low) = word.split_at(24);
    let low = <[u8; 8]>::try_from(low).ok()?;
    high.iter().all(|byte| *byte == 0).then(|| u64::from_be_bytes(low))
}
