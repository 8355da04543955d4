//! Tokens by the ERC-20 standard, none of which is believed: what has arrived is measured, an answer other than `true`
//! is a refusal, and no token can use up what the rest of a message needs.

use crate::host;
use ink::{Address, U256};

/// First four bytes of the Keccak-256 hash of the signature, as the standard fixes them.
const TRANSFER: [u8; 4] = [0xa9, 0x05, 0x9c, 0xbb];
const TRANSFER_FROM: [u8; 4] = [0x23, 0xb8, 0x72, 0xdd];
const BALANCE_OF: [u8; 4] = [0x70, 0xa0, 0x82, 0x31];
const DECIMALS: [u8; 4] = [0x31, 0x3c, 0xe5, 0x67];
/// Bytes of a word of the Solidity ABI.
const WORD: usize = 32;

/// Raw units that an account holds; none where the token does not say.
pub fn balance(token: Address, owner: Address) -> Option<U256> {
    call(token, BALANCE_OF, [account(owner)], true).map(|word| U256::from_big_endian(&word))
}

/// Decimals that a token claims; none where it does not say, or claims more than there can be.
pub fn decimals(token: Address) -> Option<u8> {
    let claimed = U256::from_big_endian(&call(token, DECIMALS, [], true)?);
    u8::try_from(claimed).ok()
}

/// Pays an account; false where the token refuses.
pub fn push(token: Address, to: Address, amount: u128) -> bool {
    is_true(call(token, TRANSFER, [account(to), number(amount)], false))
}

/// Pulls an amount from an account that has allowed it. Returns what has arrived, which a token that takes a fee makes
/// less; none where it refuses.
pub fn pull(token: Address, from: Address, amount: u128) -> Option<U256> {
    let own = ink::env::address();
    let before = balance(token, own)?;
    if !is_true(call(token, TRANSFER_FROM, [account(from), account(own), number(amount)], false)) {
        return None;
    }
    Some(balance(token, own)?.saturating_sub(before))
}

/// What a contract that screens accounts says of one, by `isAllowed(address) returns (bool)`. No answer is a refusal.
pub fn is_allowed(screening: Address, of: Address) -> bool {
    const IS_ALLOWED: [u8; 4] = [0xba, 0xbc, 0xc5, 0x39];
    is_true(call(screening, IS_ALLOWED, [account(of)], true))
}

fn is_true(answer: Option<[u8; WORD]>) -> bool {
    answer.is_some_and(|word| U256::from_big_endian(&word) == U256::one())
}

/// Calls a token with words as arguments, and takes its answer of one word.
fn call<const WORDS: usize>(
    token: Address,
    selector: [u8; 4],
    words: [[u8; WORD]; WORDS],
    read_only: bool,
) -> Option<[u8; WORD]> {
    // A selector and at most three words.
    let mut data = [0; 4 + 3 * WORD];
    let parts = selector.into_iter().chain(words.into_iter().flatten());
    let mut length = 0;
    for (slot, byte) in data.iter_mut().zip(parts) {
        *slot = byte;
        length += 1;
    }
    let mut answer = [0; WORD];
    let answered = host::ask(token, data.get(..length)?, &mut answer, read_only)?;
    (answered == WORD).then_some(answer)
}

fn account(account: Address) -> [u8; WORD] {
    let mut word = [0; WORD];
    word[12..].copy_from_slice(&account.0);
    word
}

fn number(number: u128) -> [u8; WORD] {
    U256::from(number).to_big_endian()
}
