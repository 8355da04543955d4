//! What a generated message is: bytes to send, and the types of what comes back.

use std::marker::PhantomData;

use parity_scale_codec::{Decode, DecodeAll, Encode, Error as CodecError};

/// The error of a message that cannot fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Decode)]
pub enum NoError {}

impl std::fmt::Display for NoError {
    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match *self {}
    }
}

/// The contract could not read the call: an unknown selector or arguments of another shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Decode)]
pub enum LangError {
    /// The input could not be decoded; bindings and deployed code do not belong together.
    #[codec(index = 1)]
    CouldNotReadInput,
}

/// A call that is ready to be sent: selector and arguments, and how to read the answer. `T` is what the message returns,
/// `E` its error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message<T, E = NoError> {
    /// Name of the message, as in the contract.
    pub label: &'static str,
    /// Whether it changes state.
    pub mutates: bool,
    /// Whether it takes native tokens.
    pub payable: bool,
    /// Whether the message returns a `Result` of its own.
    fallible: bool,
    data: Vec<u8>,
    output: PhantomData<fn() -> Result<T, E>>,
}

/// A constructor call that is ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Constructor {
    /// Name of the constructor, as in the contract.
    pub label: &'static str,
    /// Whether it takes native tokens.
    pub payable: bool,
    /// Selector and arguments.
    pub data: Vec<u8>,
}

impl<T: Decode, E: Decode> Message<T, E> {
    /// Used by generated code: a message with its encoded call.
    pub fn new(label: &'static str, mutates: bool, payable: bool, fallible: bool, data: Vec<u8>) -> Self {
        Self { label, mutates, payable, fallible, data, output: PhantomData }
    }

    /// Selector and arguments, as the contract expects them.
    pub fn data(&self) -> &[u8] {
        &self.data
    }

    /// Read what the contract returned.
    ///
    /// # Errors
    /// The codec's error where the bytes do not have the expected shape: the bindings do not fit the contract.
    pub fn decode_output(&self, mut bytes: &[u8]) -> Result<Result<Result<T, E>, LangError>, CodecError> {
        if self.fallible {
            Result::<Result<T, E>, LangError>::decode_all(&mut bytes)
        } else {
            Ok(Result::<T, LangError>::decode_all(&mut bytes)?.map(Ok))
        }
    }
}

/// An event of a contract.
pub trait ContractEvent: Sized {
    /// Name of the event, as in the contract.
    const LABEL: &'static str;
    /// The first topic of the event, by which it is recognised; none for an anonymous event.
    const SIGNATURE_TOPIC: Option<[u8; 32]>;
    /// Read the event's fields.
    ///
    /// # Errors
    /// The codec's error where the bytes do not have the expected shape.
    fn decode(topics: &[[u8; 32]], data: &[u8]) -> Result<Self, CodecError>;
}

/// Used by generated code: the bytes of a call. Its selector is the number that hexadecimal text reads as, its arguments are a
/// tuple.
pub(crate) fn encode_call(selector: u32, arguments: &impl Encode) -> Vec<u8> {
    let mut data = selector.to_be_bytes().to_vec();
    arguments.encode_to(&mut data);
    data
}

/// Used by generated code: a topic, written as two numbers.
pub(crate) const fn topic(high: u128, low: u128) -> [u8; 32] {
    let (high, low) = (high.to_be_bytes(), low.to_be_bytes());
    let mut topic = [0; 32];
    let mut place = 0;
    while place < 16 {
        topic[place] = high[place];
        topic[place + 16] = low[place];
        place += 1;
    }
    topic
}

/// Used by generated code: the fields of an event, as a tuple. In ink!'s own encoding the data holds all of them, also those
/// that are topics. (A contract for both ABIs emits each event twice; the copy in Solidity's encoding has another first topic.)
pub(crate) fn decode_event<Fields: Decode>(
    signature: Option<[u8; 32]>,
    topics: &[[u8; 32]],
    mut data: &[u8],
) -> Result<Fields, CodecError> {
    if signature.is_some_and(|signature| topics.first() != Some(&signature)) {
        return Err("this is another event".into());
    }
    Fields::decode_all(&mut data)
}
