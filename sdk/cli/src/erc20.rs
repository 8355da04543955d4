//! Tokens of others, which speak Solidity's encoding: what collateral, and the asset of a credit, has to be asked and told.

use florin_client::{
    account::AccountId,
    chain::{Action, Address, Chain},
};
use florin_units::U256;

use crate::{amount::Unit, error::CliError, session::Session};

/// First four bytes of the Keccak-256 hash of each signature, as the ERC-20 standard fixes them.
const ALLOWANCE: [u8; 4] = [0xdd, 0x62, 0xed, 0x3e];
const APPROVE: [u8; 4] = [0x09, 0x5e, 0xa7, 0xb3];
const BALANCE_OF: [u8; 4] = [0x70, 0xa0, 0x82, 0x31];
const DECIMALS: [u8; 4] = [0x31, 0x3c, 0xe5, 0x67];
const SYMBOL: [u8; 4] = [0x95, 0xd8, 0x9b, 0x41];

/// Bytes of a word of the encoding.
const WORD: usize = 32;
/// Longer names of a unit are cut.
const LONGEST_SYMBOL: usize = 12;

/// The call `approve(spender, amount)`.
pub(crate) fn approve(spender: &Address, amount: U256) -> Vec<u8> {
    let mut data = APPROVE.to_vec();
    data.extend(address_word(spender));
    data.extend(amount.to_big_endian());
    data
}

/// The unit of a token with so many decimals: by its symbol, or by its address where it has none.
pub(crate) async fn unit(session: &Session, token: &Address, decimals: u8) -> Result<Unit, CliError> {
    let answer = ask(session, token, SYMBOL.to_vec()).await?;
    let symbol = answer.as_deref().and_then(read_text).filter(|symbol| !symbol.is_empty());
    let short = || format!("{token:?}").chars().take(10).collect();
    Ok(Unit::new(symbol.unwrap_or_else(short), decimals))
}

/// Digits after the point that a token says it has.
pub(crate) async fn decimals(session: &Session, token: &Address) -> Result<u8, CliError> {
    let claimed = number(session, token, DECIMALS.to_vec(), "decimals").await?;
    u8::try_from(claimed).map_err(|_| CliError::NotErc20 { token: *token, message: "decimals" })
}

/// The unit of a token, by what it says of itself.
pub(crate) async fn asset(session: &Session, token: &Address) -> Result<Unit, CliError> {
    let decimals = decimals(session, token).await?;
    unit(session, token, decimals).await
}

/// Raw units of the owner that the spender may move.
pub(crate) async fn allowance(
    session: &Session,
    token: &Address,
    owner: &Address,
    spender: &Address,
) -> Result<U256, CliError> {
    let mut data = ALLOWANCE.to_vec();
    data.extend(address_word(owner));
    data.extend(address_word(spender));
    number(session, token, data, "allowance").await
}

/// Raw units of an owner.
pub(crate) async fn balance_of(session: &Session, token: &Address, owner: &Address) -> Result<U256, CliError> {
    let mut data = BALANCE_OF.to_vec();
    data.extend(address_word(owner));
    number(session, token, data, "balanceOf").await
}

async fn number(session: &Session, token: &Address, data: Vec<u8>, message: &'static str) -> Result<U256, CliError> {
    let answer = ask(session, token, data).await?;
    match answer.as_deref() {
        Some(word) if word.len() == WORD => Ok(U256::from_big_endian(word)),
        _ => Err(CliError::NotErc20 { token: *token, message }),
    }
}

/// What the token answers; none where it refuses.
async fn ask(session: &Session, token: &Address, data: Vec<u8>) -> Result<Option<Vec<u8>>, CliError> {
    let nobody = AccountId::from_address(&Address::zero());
    let tried = session.chain().dry_run(&nobody, &Action::Call { to: *token, value: 0, data }).await?;
    Ok((!tried.output.reverted).then_some(tried.output.data))
}

fn address_word(address: &Address) -> [u8; WORD] {
    let mut word = [0; WORD];
    word[WORD - 20..].copy_from_slice(address.as_bytes());
    word
}

/// A text: where it begins, how long it is, its bytes.
fn read_text(data: &[u8]) -> Option<String> {
    let place = |from: usize| -> Option<usize> {
        let word = data.get(from..from.checked_add(WORD)?)?;
        usize::try_from(U256::from_big_endian(word)).ok()
    };
    let start = place(0)?;
    let length = place(start)?;
    let from = start.checked_add(WORD)?;
    let bytes = data.get(from..from.checked_add(length)?)?;
    let text = std::str::from_utf8(bytes).ok()?;
    // The token is not trusted: what it calls itself must not move the cursor or pass for something else.
    let shown = text.chars().filter(|found| found.is_ascii_alphanumeric());
    Some(shown.take(LONGEST_SYMBOL).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_encoded_as_solidity_does() {
        let data = approve(&Address::repeat_byte(0x11), U256::from(255u8));
        let expected = format!("095ea7b3{}{}{}{}", "00".repeat(12), "11".repeat(20), "00".repeat(31), "ff");
        assert_eq!(hex::encode(data), expected);
    }

    #[test]
    fn a_symbol_is_read_and_cleaned() {
        let encoded = |text: &str| {
            let mut data = U256::from(WORD).to_big_endian().to_vec();
            data.extend(U256::from(text.len()).to_big_endian());
            data.extend(text.as_bytes());
            data
        };
        assert_eq!(read_text(&encoded("USDT")).as_deref(), Some("USDT"));
        assert_eq!(read_text(&encoded("\u{1b}[2JX Y")).as_deref(), Some("2JXY"));
        assert_eq!(read_text(&encoded("A")[..40]), None);
        assert_eq!(read_text(&U256::MAX.to_big_endian()), None);
        assert_eq!(read_text(&[]), None);
    }
}
