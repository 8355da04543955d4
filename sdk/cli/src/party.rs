//! Accounts and contracts as people name them: an alias, an SS58 address, or hexadecimal text of 20 or 32 bytes.

use florin_client::{
    account::{AccountId, ParseAccountError},
    address_book::AddressBook,
    chain::Address,
    signer::{Signer, DEVELOPMENT_NAMES},
};

/// How the acting account is named.
pub(crate) const MYSELF: &str = "me";

/// Somebody who has a 20-byte address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Party {
    /// The address by which contracts know it.
    pub(crate) address: Address,
    /// The account, where it is known.
    pub(crate) account: Option<AccountId>,
    /// The alias that it was named by.
    pub(crate) alias: Option<String>,
}

/// A text that names nobody.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PartyError {
    /// Hexadecimal text of another length, or not hexadecimal.
    #[error("{text:?} is no address: {cause}; give 0x and 40 hexadecimal digits (an address) or 64 (an account)")]
    Hex {
        /// The text.
        text: String,
        /// What is wrong.
        cause: String,
    },
    /// Neither an alias nor an address.
    #[error(
        "{text:?} is neither an alias nor an address ({cause}); aliases are {}, 0x… and SS58 addresses work too",
        known.join(", ")
    )]
    Unknown {
        /// The text.
        text: String,
        /// Why it is no SS58 address.
        cause: ParseAccountError,
        /// Aliases that there are.
        known: Vec<String>,
    },
    /// A development account that does not exist.
    #[error("{text:?} is no development account; there are {}, and dev:0, dev:1 and so on", DEVELOPMENT_NAMES.join(", "))]
    Development {
        /// The text.
        text: String,
    },
    /// Nobody acts.
    #[error("{MYSELF:?} stands for the acting account, and none is named; give --account")]
    Nobody,
}

impl Party {
    /// The party that an account is.
    pub(crate) fn of_account(account: AccountId) -> Self {
        Self { address: account.to_address(), account: Some(account), alias: None }
    }

    /// How it is shown: the alias with the address.
    pub(crate) fn show(&self) -> String {
        match &self.alias {
            Some(alias) => format!("{alias} ({:?})", self.address),
            None => format!("{:?}", self.address),
        }
    }

    /// Reads a text. Aliases are the contracts of the address book, the development accounts and `me`.
    ///
    /// # Errors
    /// [`PartyError`] says what the text is not.
    pub(crate) fn parse(text: &str, book: Option<&AddressBook>, me: Option<AccountId>) -> Result<Self, PartyError> {
        let text = text.trim();
        if let Some(digits) = text.strip_prefix("0x") {
            return from_hex(text, digits);
        }
        if let Some(contract) = book.and_then(|book| book.contracts.get(text)) {
            return Ok(Self { address: contract.address, account: None, alias: Some(text.to_owned()) });
        }
        if text == MYSELF {
            let account = me.ok_or(PartyError::Nobody)?;
            return Ok(Self { alias: Some(text.to_owned()), ..Self::of_account(account) });
        }
        let is_name = DEVELOPMENT_NAMES.iter().any(|name| text.eq_ignore_ascii_case(name));
        if let Some(name) = text.strip_prefix("dev:").or(is_name.then_some(text)) {
            let signer = Signer::dev(name).map_err(|_| PartyError::Development { text: text.to_owned() })?;
            return Ok(Self { alias: Some(text.to_owned()), ..Self::of_account(signer.account()) });
        }
        match AccountId::from_ss58(text) {
            Ok(account) => Ok(Self::of_account(account)),
            Err(cause) => {
                let contracts = book.into_iter().flat_map(|book| book.contracts.keys().cloned());
                let names = DEVELOPMENT_NAMES.iter().map(|name| (*name).to_owned());
                Err(PartyError::Unknown { text: text.to_owned(), cause, known: contracts.chain(names).collect() })
            }
        }
    }
}

fn from_hex(text: &str, digits: &str) -> Result<Party, PartyError> {
    let bad = |cause: String| PartyError::Hex { text: text.to_owned(), cause };
    let bytes = hex::decode(digits).map_err(|error| bad(error.to_string()))?;
    if let Ok(account) = <[u8; 32]>::try_from(bytes.as_slice()) {
        return Ok(Party::of_account(AccountId(account)));
    }
    match <[u8; 20]>::try_from(bytes.as_slice()) {
        Ok(address) => Ok(Party { address: Address::from(address), account: None, alias: None }),
        Err(_) => Err(bad(format!("{} bytes", bytes.len()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use florin_client::{
        address_book::Deployed,
        chain::{ChainInfo, Hash},
    };

    fn book() -> AddressBook {
        let chain = ChainInfo {
            name: "dev".into(),
            genesis_hash: Hash::zero(),
            spec_version: 1,
            ss58_prefix: 42,
            native_decimals: 10,
            native_to_contract_ratio: 1,
            existential_deposit: 1,
        };
        let mut book = AddressBook::in_memory(&chain);
        let token = Deployed {
            bundle: "token".into(),
            address: Address::repeat_byte(7),
            code_hash: Hash::zero(),
            block: 1,
            layout: None,
        };
        book.contracts.insert("token".into(), token);
        book
    }

    #[test]
    fn parties_have_five_forms() {
        let (alice, book) = (Signer::alice().account(), book());
        let parse = |text: &str| Party::parse(text, Some(&book), Some(Signer::bob().account()));
        assert_eq!(parse("token").map(|party| party.address), Ok(Address::repeat_byte(7)));
        for text in ["alice", "Alice", "dev:alice", &alice.to_ss58(42), &alice.to_ss58(0), &format!("{alice:?}")] {
            let party = parse(text).expect("alice");
            assert_eq!((party.address, party.account), (alice.to_address(), Some(alice)), "{text}");
        }
        assert_eq!(parse("me").map(|party| party.account), Ok(Some(Signer::bob().account())));
        let address = format!("{:?}", alice.to_address());
        assert_eq!(parse(&address).map(|party| (party.address, party.account)), Ok((alice.to_address(), None)));
        assert_eq!(parse("token").map(|party| party.show()).unwrap_or_default().split(' ').next(), Some("token"));
    }

    #[test]
    fn nobody_is_named_with_what_there_is() {
        let book = book();
        let error = Party::parse("mallory", Some(&book), None).expect_err("nobody");
        assert!(matches!(&error, PartyError::Unknown { known, .. } if known.contains(&"token".to_owned())));
        assert!(error.to_string().contains("token, alice"), "{error}");
        assert!(matches!(Party::parse("0x1234", None, None), Err(PartyError::Hex { .. })));
        assert!(matches!(Party::parse("0xzz", None, None), Err(PartyError::Hex { .. })));
        assert!(matches!(Party::parse("dev:mallory", None, None), Err(PartyError::Development { .. })));
        assert_eq!(Party::parse("me", None, None), Err(PartyError::Nobody));
    }
}
