//! Records fit their storage cells; codes are what is encoded; errors read as sentences.
#![allow(clippy::unwrap_used)]
mod common;

use common::{against_title, agreement, amount, at, free, Deal, AMOUNT, APPLICANT, BENEFICIARY, BILL, CARRIER, TOKEN};
use florin_trade::calendar::Calendar;
use florin_trade::condition::{ConditionError, Fact, Facts, Proof, TitleFact, Tree};
use florin_trade::decision::Record;
use florin_trade::dispute::{Dispute, DisputeTerms};
use florin_trade::drawing::Acceptance;
use florin_trade::examination::{Discrepancies, Presentation};
use florin_trade::ledger::{AssetLedger, Book, Claim};
use florin_trade::right::{Receivable, RightError, Title, TitleCommand};
use florin_trade::state::{Escrow, Message, Status};
use florin_trade::swap::{Bound, Leg, LegStage, LegTerms, Order, Quote, SecretHash, SwapError};
use florin_trade::terms::{Checklist, Terms};
use florin_trade::validation::{Term, TermsError};
use florin_trade::{EscrowError, MAXIMUM_CELL};
use parity_scale_codec::{Decode, Encode, MaxEncodedLen};
use scale_info::{TypeDef, TypeInfo};

#[test]
fn every_record_fits_one_storage_cell() {
    for (name, length) in [
        ("terms", Terms::max_encoded_len()),
        ("checklist", Checklist::max_encoded_len()),
        ("rules of disputes", DisputeTerms::max_encoded_len()),
        ("tree", Tree::max_encoded_len()),
        ("facts", Facts::max_encoded_len()),
        ("calendar", Calendar::max_encoded_len()),
        ("escrow", Escrow::max_encoded_len()),
        ("book", Book::max_encoded_len()),
        ("presentation", Presentation::max_encoded_len()),
        ("acceptance", Acceptance::max_encoded_len()),
        ("dispute", Dispute::max_encoded_len()),
        ("title", Title::max_encoded_len()),
        ("receivable", Receivable::max_encoded_len()),
        ("ledger", AssetLedger::max_encoded_len()),
        ("claim", Claim::max_encoded_len()),
        ("order", Order::max_encoded_len()),
        ("quote", Quote::max_encoded_len()),
        ("leg", Leg::max_encoded_len()),
    ] {
        println!("{name}: {length} bytes");
        assert!(length <= MAXIMUM_CELL, "{name} needs {length} bytes");
    }
}

fn there_and_back<T: Encode + Decode + PartialEq + core::fmt::Debug>(record: &T) {
    assert_eq!(&T::decode(&mut &record.encode()[..]).unwrap(), record);
}

#[test]
fn records_decode_to_what_was_encoded() {
    let mut agreement = agreement();
    against_title(&mut agreement);
    let mut deal = Deal::funded(agreement, free());
    deal.issue(BILL);
    deal.entrust(BILL);
    there_and_back(&deal.title(BILL));
    there_and_back(&deal.agreement.terms);
    there_and_back(&deal.agreement.checklist);
    there_and_back(&deal.agreement.dispute);
    there_and_back(&deal.agreement.calendar);
    deal.present(AMOUNT, 0).unwrap();
    there_and_back(&deal.view.presentation.unwrap());
    there_and_back(&deal.title(BILL));
    assert!(deal.view.escrow.title.is_some());
    deal.notice(Discrepancies::OTHER).unwrap();
    deal.raise(BENEFICIARY).unwrap();
    there_and_back(&deal.view.escrow);
    there_and_back(&deal.view.dispute.unwrap());
    let mut facts = Facts { oracle: [1; 20], titles: [2; 20], title_issuer: CARRIER, ..Facts::default() };
    facts.facts = [Some(Fact::Title { document: BILL, state: TitleFact::Surrendered }); 10];
    there_and_back(&facts);
    let (sell_asset, buy_asset, sell, expires) = (TOKEN, [9; 20], amount(5), at(1));
    there_and_back(&Order { owner: APPLICANT, sell_asset, buy_asset, sell, minimum_out: amount(4), expires });
    there_and_back(&Quote { dealer: APPLICANT, sell_asset, buy_asset, sell, out: amount(4), expires });
    let bound = Bound { time: at(1), block: 2 };
    let terms = LegTerms {
        funder: APPLICANT,
        claimer: CARRIER,
        asset: TOKEN,
        amount: amount(5),
        premium: amount(1),
        digest: BILL,
        hash: SecretHash::Sha256,
        lock_until: bound,
        claim_until: bound,
        refund_from: bound,
    };
    there_and_back(&Leg { terms, stage: LegStage::Locked });
}

/// The variants' indices, in order.
fn indices<T: TypeInfo>() -> Vec<u8> {
    match T::type_info().type_def {
        TypeDef::Variant(variants) => variants.variants.iter().map(|variant| variant.index).collect(),
        _ => panic!("not an enum"),
    }
}

/// Each index is dense, and an encoding that begins with it says the same code.
fn check<T: TypeInfo + Decode>(count: u8, code: impl Fn(&T) -> u8) {
    assert_eq!(indices::<T>(), (0..count).collect::<Vec<u8>>());
    for index in 0..count {
        let bytes = [&[index][..], &[0; 200]].concat();
        assert_eq!(code(&T::decode(&mut &bytes[..]).unwrap()), index);
    }
}

#[test]
fn codes_are_dense_and_equal_to_the_first_encoded_byte() {
    check(70, EscrowError::code);
    check(2, TermsError::code);
    check(11, ConditionError::code);
    check(16, RightError::code);
    check(16, SwapError::code);
    let dense = |count: u8| (0..count).collect::<Vec<u8>>();
    assert_eq!(indices::<Status>(), dense(17));
    assert_eq!(indices::<Message>(), dense(18));
    assert_eq!(indices::<Term>(), dense(48));
    assert_eq!(indices::<Record>(), dense(2));
    assert_eq!(indices::<Proof>(), dense(4));
    assert_eq!(indices::<TitleFact>(), dense(3));
    assert_eq!(indices::<TitleCommand>(), dense(11));
    assert_eq!(indices::<SecretHash>(), dense(2));
}

/// What replaced another code has its number; what is new comes after all others.
#[test]
fn codes_that_changed_have_their_numbers() {
    assert_eq!(EscrowError::PrecludedDiscrepancy { bits: 1 }.code(), 54);
    assert_eq!(EscrowError::NothingToClaim { account: APPLICANT }.code(), 61);
    assert_eq!(EscrowError::TooManyNotices { maximum: 3 }.code(), 65);
    assert_eq!(RightError::NotCustodian { custodian: None, caller: APPLICANT }.code(), 13);
    assert_eq!(RightError::TitleExists { document: BILL }.code(), 14);
    assert_eq!(RightError::UnknownTitle { document: BILL }.code(), 15);
    assert_eq!(SwapError::OtherAssets { sell: TOKEN, buy: TOKEN }.code(), 15);
    assert_eq!(Term::ExpiryWorkingDay.encode(), [46]);
}

#[test]
fn errors_read_as_a_sentence_with_their_values() {
    let error = EscrowError::LateShipment { shipped_at: at(1), latest: at(0) };
    let (shipped_at, latest) = (at(1).raw(), at(0).raw());
    assert_eq!(
        error.to_string(),
        format!(
            "the goods were shipped too late (LateShipment {{ shipped_at: Timestamp({shipped_at}), \
             latest: Timestamp({latest}) }})"
        )
    );
    let error = EscrowError::NotAllowed { message: Message::Waive, status: Status::Funded };
    assert!(error.to_string().ends_with("(NotAllowed { message: Waive, status: Funded })"));
    let error = EscrowError::from(RightError::NothingToReject);
    assert!(error.to_string().starts_with("the title or receivable does not move"));
    assert_eq!(error.code(), 3);
}
