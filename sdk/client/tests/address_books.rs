//! Address books: kept a step at a time, one a network.

use florin_client::{
    address_book::{AddressBook, AddressBookError, Deployed},
    chain::{Address, ChainInfo, Hash},
};

fn chain(genesis: u8) -> ChainInfo {
    ChainInfo {
        name: "Florin sandbox".into(),
        genesis_hash: Hash::repeat_byte(genesis),
        spec_version: 1,
        ss58_prefix: 42,
        native_decimals: 10,
        native_to_contract_ratio: 100_000_000,
        existential_deposit: 100_000_000,
    }
}

fn token() -> Deployed {
    Deployed {
        bundle: "token".into(),
        address: Address::repeat_byte(1),
        code_hash: Hash::repeat_byte(2),
        block: 7,
        layout: None,
    }
}

#[test]
fn a_book_goes_on_where_it_was_left() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("books/dev.json");
    let mut book = AddressBook::open(&path, &chain(1)).expect("a new book");
    assert!(book.contracts.is_empty() && !path.exists());
    book.contracts.insert("token".into(), token());
    book.steps.push("token.set_minter(vaults)".into());
    book.pending = Some("oracle.add_feed()".into());
    book.save().expect("saved");

    let again = AddressBook::open(&path, &chain(1)).expect("the same book");
    assert_eq!(again, book);
    assert_eq!(again.address("token"), Ok(Address::repeat_byte(1)));
    assert!(again.is_done("token.set_minter(vaults)") && !again.is_done("oracle.add_feed()"));
    // No draft is left behind.
    assert_eq!(std::fs::read_dir(folder.path().join("books")).expect("a folder").count(), 1);
}

#[test]
fn a_book_is_refused_on_another_chain() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("dev.json");
    AddressBook::open(&path, &chain(1)).expect("a new book").save().expect("saved");
    assert_eq!(
        AddressBook::open(&path, &chain(2)).expect_err("another chain"),
        AddressBookError::WrongNetwork {
            path: Some(path.clone()),
            expected: Hash::repeat_byte(1),
            actual: Hash::repeat_byte(2),
        }
    );
}

#[test]
fn a_damaged_or_absent_book_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("dev.json");
    assert_eq!(AddressBook::load(&path).expect_err("absent"), AddressBookError::Missing { path: path.clone() });
    std::fs::write(&path, "{ half a book").expect("written");
    let error = AddressBook::open(&path, &chain(1)).expect_err("damaged");
    assert!(matches!(error, AddressBookError::Corrupt { .. }), "{error}");
    // What is damaged is not overwritten.
    assert_eq!(std::fs::read_to_string(&path).expect("still there"), "{ half a book");
}

#[test]
fn an_unknown_contract_is_named_with_those_that_are_known() {
    let mut book = AddressBook::in_memory(&chain(1));
    book.contracts.insert("token".into(), token());
    let error = book.address("tokn").expect_err("unknown");
    assert_eq!(error, AddressBookError::UnknownContract { name: "tokn".into(), known: vec!["token".into()] });
    assert!(error.to_string().contains("token"));
}
