//! Title and receivable: who may do what with them, and delivery versus payment.
#![allow(clippy::unwrap_used)]
mod common;

use common::{
    against_title, agreement, amount, at, bps, free, key, papers, replaced, Deal, AMOUNT, APPLICANT, BENEFICIARY, BILL,
    CARRIER, ESCROW, FACTOR, INSPECTOR, KEEPER, TRANSPORT,
};
use florin_trade::decision::TitleMove;
use florin_trade::examination::Discrepancies;
use florin_trade::ledger::Purpose;
use florin_trade::right::{Receivable, RightError, Share, Standing, Title, TitleCommand, MAXIMUM_SHARES};
use florin_trade::state::{Message, Status};
use florin_trade::terms::{DocumentKind, RequiredDocument, Retention};
use florin_trade::{Address, EscrowError, Hash, Outcome};
use florin_units::{Amount, Bps};
use proptest::prelude::*;

const BANK: Address = [21; 20];
const BUYER: Address = [22; 20];
const DOCUMENT: [u8; 32] = [0xb1; 32];

fn title() -> Title {
    Title::issue(DOCUMENT, CARRIER, BENEFICIARY).unwrap()
}

fn act(title: &Title, command: TitleCommand, caller: Address) -> Title {
    title.decide(&command, &caller).unwrap()
}

#[test]
fn the_owner_names_and_the_holder_endorses() {
    let title = act(&title(), TitleCommand::HandOver { to: BANK }, BENEFICIARY);
    assert_eq!((title.owner, title.holder), (BENEFICIARY, BANK));
    let error = RightError::NotNominated { nominee: None, to: BUYER };
    assert_eq!(title.decide(&TitleCommand::Endorse { to: BUYER }, &BANK), Err(error));
    let error = RightError::NotOwner { owner: BENEFICIARY, caller: BANK };
    assert_eq!(title.decide(&TitleCommand::Nominate { nominee: Some(BUYER) }, &BANK), Err(error));
    let title = act(&title, TitleCommand::Nominate { nominee: Some(BUYER) }, BENEFICIARY);
    let error = RightError::NotHolder { holder: BANK, caller: BUYER };
    assert_eq!(title.decide(&TitleCommand::Endorse { to: BUYER }, &BUYER), Err(error));
    let title = act(&title, TitleCommand::Endorse { to: BUYER }, BANK);
    assert_eq!((title.owner, title.holder, title.nominee), (BUYER, BANK, None));
    assert_eq!(title.previous_owner, Some(BENEFICIARY));
    assert_eq!(title.previous_holder, None, "the holder has acted");
    let title = act(&title, TitleCommand::HandOver { to: BUYER }, BANK);
    assert_eq!((title.owner, title.holder), (BUYER, BUYER));
}

#[test]
fn what_was_received_can_be_given_back_until_one_acts() {
    let both = TitleCommand::EndorseAndHandOver { owner: BUYER, holder: BUYER };
    let given = act(&title(), both, BENEFICIARY);
    assert_eq!((given.owner, given.holder), (BUYER, BUYER));
    for half in [TitleCommand::RejectOwnership, TitleCommand::RejectHolding] {
        assert_eq!(given.decide(&half, &BUYER), Err(RightError::RejectBoth));
    }
    let back = act(&given, TitleCommand::RejectBoth, BUYER);
    assert_eq!((back.owner, back.holder), (BENEFICIARY, BENEFICIARY));
    assert_eq!(back.decide(&TitleCommand::RejectBoth, &BENEFICIARY), Err(RightError::NothingToReject));

    let kept = act(&given, TitleCommand::Nominate { nominee: Some(BANK) }, BUYER);
    assert_eq!(kept.decide(&TitleCommand::RejectBoth, &BUYER), Err(RightError::NothingToReject));

    let held = act(&title(), TitleCommand::HandOver { to: BANK }, BENEFICIARY);
    let returned = act(&held, TitleCommand::RejectHolding, BANK);
    assert_eq!(returned.holder, BENEFICIARY);
    assert_eq!(held.decide(&TitleCommand::RejectOwnership, &BENEFICIARY), Err(RightError::NothingToReject));

    let named = act(&held, TitleCommand::Nominate { nominee: Some(BUYER) }, BENEFICIARY);
    let owned = act(&named, TitleCommand::Endorse { to: BUYER }, BANK);
    let refused = act(&owned, TitleCommand::RejectOwnership, BUYER);
    assert_eq!((refused.owner, refused.holder), (BENEFICIARY, BANK));
}

#[test]
fn a_title_is_surrendered_for_the_goods_and_can_be_restored() {
    let title = title();
    let held = act(&title, TitleCommand::HandOver { to: BANK }, BENEFICIARY);
    let error = RightError::NotHolder { holder: BANK, caller: BENEFICIARY };
    assert_eq!(held.decide(&TitleCommand::Surrender, &BENEFICIARY), Err(error));
    let surrendered = act(&title, TitleCommand::Surrender, BENEFICIARY);
    let error = RightError::WrongStanding { expected: Standing::Active, actual: Standing::Surrendered };
    assert_eq!(surrendered.decide(&TitleCommand::HandOver { to: BANK }, &BENEFICIARY), Err(error));
    let error = RightError::NotIssuer { issuer: CARRIER, caller: BENEFICIARY };
    assert_eq!(surrendered.decide(&TitleCommand::Restore, &BENEFICIARY), Err(error));
    let restored = act(&surrendered, TitleCommand::Restore, CARRIER);
    assert_eq!((restored.owner, restored.standing), (BENEFICIARY, Standing::Active));
    let retired = act(&surrendered, TitleCommand::Retire, CARRIER);
    assert_eq!(retired.standing, Standing::Retired);
    assert!(retired.decide(&TitleCommand::Restore, &CARRIER).is_err());
}

#[test]
fn nobody_cannot_own_and_nothing_is_given_to_whom_has_it() {
    for to in [[0; 20], BENEFICIARY] {
        let error = Err(RightError::WrongRecipient { to });
        assert_eq!(title().decide(&TitleCommand::HandOver { to }, &BENEFICIARY), error);
        assert_eq!(title().decide(&TitleCommand::Endorse { to }, &BENEFICIARY), error);
        assert_eq!(title().decide(&TitleCommand::Nominate { nominee: Some(to) }, &BENEFICIARY), error);
    }
    assert!(Title::issue(DOCUMENT, CARRIER, [0; 20]).is_err());
}

fn entrusted(title: &Title) -> Title {
    act(title, TitleCommand::Entrust { custodian: Some(ESCROW) }, title.owner)
}

#[test]
fn owner_and_holder_in_one_person_entrust_a_contract_with_a_title() {
    let entrusted = entrusted(&title());
    assert_eq!(entrusted, Title { custodian: Some(ESCROW), ..title() }, "nothing else is moved");
    let none = act(&entrusted, TitleCommand::Entrust { custodian: None }, BENEFICIARY);
    assert_eq!(none, title(), "and take it back");
    let command = TitleCommand::Entrust { custodian: Some(ESCROW) };
    let error = RightError::NotOwner { owner: BENEFICIARY, caller: ESCROW };
    assert_eq!(title().decide(&command, &ESCROW), Err(error), "a contract does not entrust itself");
    let held = act(&title(), TitleCommand::HandOver { to: BANK }, BENEFICIARY);
    let error = RightError::NotHolder { holder: BANK, caller: BENEFICIARY };
    assert_eq!(held.decide(&command, &BENEFICIARY), Err(error), "the owner alone cannot");
    let error = RightError::NotOwner { owner: BENEFICIARY, caller: BANK };
    assert_eq!(held.decide(&command, &BANK), Err(error), "nor can the holder");
    for to in [[0; 20], BENEFICIARY] {
        let result = title().decide(&TitleCommand::Entrust { custodian: Some(to) }, &BENEFICIARY);
        assert_eq!(result, Err(RightError::WrongRecipient { to }));
    }
    // To entrust is to act: what was received is accepted.
    let both = TitleCommand::EndorseAndHandOver { owner: BUYER, holder: BUYER };
    let given = act(&title(), both, BENEFICIARY);
    let kept = act(&given, command, BUYER);
    assert_eq!((kept.previous_owner, kept.previous_holder), (None, None));
    assert_eq!(kept.decide(&TitleCommand::RejectBoth, &BUYER), Err(RightError::NothingToReject));
}

/// Whoever gets a title has entrusted nobody.
#[test]
fn every_move_of_owner_or_holder_ends_a_trust() {
    let to_bank = act(&entrusted(&title()), TitleCommand::HandOver { to: BANK }, BENEFICIARY);
    assert_eq!(to_bank.custodian, None);
    let endorsed = act(&entrusted(&title()), TitleCommand::Endorse { to: BUYER }, BENEFICIARY);
    assert_eq!(endorsed.custodian, None);
    let both = TitleCommand::EndorseAndHandOver { owner: BUYER, holder: BANK };
    assert_eq!(act(&entrusted(&title()), both, BENEFICIARY).custodian, None);
    let surrendered = act(&entrusted(&title()), TitleCommand::Surrender, BENEFICIARY);
    assert_eq!(surrendered.custodian, None);
    assert_eq!(act(&surrendered, TitleCommand::Restore, CARRIER).custodian, None);
    // Whoever gives back gives it back as it was received.
    for (given, reject, back_by) in [
        (to_bank, TitleCommand::RejectHolding, BANK),
        (endorsed, TitleCommand::RejectOwnership, BUYER),
        (
            act(&title(), TitleCommand::EndorseAndHandOver { owner: BUYER, holder: BUYER }, BENEFICIARY),
            TitleCommand::RejectBoth,
            BUYER,
        ),
    ] {
        let trusting = Title { custodian: Some(ESCROW), ..given };
        assert_eq!(act(&trusting, reject, back_by).custodian, None);
    }
    // To name who may become owner moves nothing.
    let named = act(&entrusted(&title()), TitleCommand::Nominate { nominee: Some(BUYER) }, BENEFICIARY);
    assert_eq!(named.custodian, Some(ESCROW));
}

#[test]
fn only_who_was_entrusted_takes_a_title_and_only_who_has_it_delivers_it() {
    let entrusted = entrusted(&title());
    let take = |title: &Title, caller| title.take(7, &BENEFICIARY, &caller);
    let error = RightError::NotCustodian { custodian: None, caller: ESCROW };
    assert_eq!(take(&title(), ESCROW), Err(error));
    let error = RightError::NotCustodian { custodian: Some(ESCROW), caller: BANK };
    assert_eq!(take(&entrusted, BANK), Err(error));
    // From an account that owns and holds it, and no other: an escrow of somebody else gets nothing.
    let error = RightError::NotOwner { owner: BENEFICIARY, caller: BUYER };
    assert_eq!(entrusted.take(8, &BUYER, &ESCROW), Err(error));
    let held = Title { holder: BANK, ..entrusted };
    let error = RightError::NotHolder { holder: BANK, caller: BENEFICIARY };
    assert_eq!(take(&held, ESCROW), Err(error));

    let custody = Standing::InCustody { custodian: ESCROW, escrow: 7 };
    let taken = take(&entrusted, ESCROW).unwrap();
    assert_eq!(taken, Title { standing: custody, ..title() });
    let error = RightError::WrongStanding { expected: Standing::Active, actual: custody };
    assert_eq!(take(&taken, ESCROW), Err(error), "not a second time");
    for command in [
        TitleCommand::HandOver { to: BANK },
        TitleCommand::Surrender,
        TitleCommand::Entrust { custodian: Some(BANK) },
        TitleCommand::Nominate { nominee: Some(BANK) },
    ] {
        assert_eq!(taken.decide(&command, &BENEFICIARY), Err(error), "nobody moves it meanwhile");
    }
    for (escrow, caller) in [(7, BANK), (7, BENEFICIARY), (8, ESCROW)] {
        let expected = Standing::InCustody { custodian: caller, escrow };
        let error = RightError::WrongStanding { expected, actual: custody };
        assert_eq!(taken.deliver(escrow, BUYER, &caller), Err(error));
    }
    let error = RightError::WrongRecipient { to: [0; 20] };
    assert_eq!(taken.deliver(7, [0; 20], &ESCROW), Err(error));
    let delivered = taken.deliver(7, APPLICANT, &ESCROW).unwrap();
    assert_eq!(delivered, Title { owner: APPLICANT, holder: APPLICANT, ..title() });
    let back = taken.deliver(7, BENEFICIARY, &ESCROW).unwrap();
    assert_eq!(back, title(), "and who gets it back has entrusted nobody");
    let error = RightError::WrongStanding { expected: custody, actual: Standing::Active };
    assert_eq!(delivered.deliver(7, BENEFICIARY, &ESCROW), Err(error), "once");
}

proptest! {
    /// Whatever is done: a title always has one owner and one holder, nobody but those two, the issuer and a contract
    /// that they have entrusted has moved it, no trust outlives a move, and a title that was retired stays so.
    #[test]
    fn a_title_is_never_without_owner(acts in prop::collection::vec((0u8..13, 1u8..6, 1u8..6), 0..60)) {
        let mut title = Title::issue(DOCUMENT, [5; 20], [1; 20]).unwrap();
        let mut trusted: Option<Address> = None;
        for (kind, caller, to) in acts {
            let (caller, to) = ([caller; 20], [to; 20]);
            if kind > 10 {
                let next = if kind == 11 { title.take(7, &to, &caller) } else { title.deliver(7, to, &caller) };
                let Ok(next) = next else { continue };
                if kind == 11 {
                    prop_assert_eq!(trusted, Some(caller), "who was entrusted");
                    prop_assert!(title.owner == to && title.holder == to, "by owner and holder");
                    prop_assert_eq!((next.owner, next.holder), (title.owner, title.holder));
                } else {
                    prop_assert_eq!(title.standing, Standing::InCustody { custodian: caller, escrow: 7 });
                    prop_assert_eq!((next.owner, next.holder, next.standing), (to, to, Standing::Active));
                }
                prop_assert_eq!((next.document, next.issuer, next.custodian), (title.document, title.issuer, None));
                (title, trusted) = (next, None);
                continue;
            }
            let command = match kind {
                10 => TitleCommand::Entrust { custodian: Some(to) },
                0 => TitleCommand::Nominate { nominee: Some(to) },
                1 => TitleCommand::Endorse { to },
                2 => TitleCommand::HandOver { to },
                3 => TitleCommand::EndorseAndHandOver { owner: to, holder: to },
                4 => TitleCommand::RejectOwnership,
                5 => TitleCommand::RejectHolding,
                6 => TitleCommand::RejectBoth,
                7 => TitleCommand::Surrender,
                8 => TitleCommand::Retire,
                _ => TitleCommand::Restore,
            };
            let Ok(next) = title.decide(&command, &caller) else { continue };
            prop_assert!([title.owner, title.holder, title.issuer].contains(&caller));
            prop_assert!(title.standing != Standing::Retired);
            let was_in_custody = matches!(title.standing, Standing::InCustody { .. });
            prop_assert!(!was_in_custody, "only its custodian moves it then");
            prop_assert!(next.owner != [0; 20] && next.holder != [0; 20]);
            prop_assert_eq!((next.document, next.issuer), (title.document, title.issuer));
            if next.owner != title.owner && caller != title.owner {
                let was_named = title.nominee == Some(next.owner);
                prop_assert!(was_named, "an owner loses a title only to whom it named");
            }
            let is_moved = (next.owner, next.holder, next.standing) != (title.owner, title.holder, title.standing);
            if is_moved {
                trusted = None;
            } else if let TitleCommand::Entrust { custodian } = command {
                prop_assert!(caller == title.owner && caller == title.holder);
                trusted = custodian;
            }
            prop_assert_eq!(next.custodian, trusted);
            title = next;
        }
    }

    /// A factor gets exactly its share, rounded down, and the parts are the payout.
    #[test]
    fn a_payout_is_divided_to_the_unit(
        payout in any::<u128>(),
        parts in prop::collection::vec(1u32..=10_000 / MAXIMUM_SHARES as u32, 0..=MAXIMUM_SHARES),
    ) {
        let mut receivable = Receivable::default();
        for (place, part) in parts.iter().enumerate() {
            receivable = receivable.assign(&BENEFICIARY, [50 + place as u8; 20], bps(*part), &BENEFICIARY).unwrap();
        }
        let divided = receivable.divide_down(amount(payout)).unwrap();
        let mut sum = divided.rest.raw();
        for (share, part) in divided.parts.into_iter().flatten().zip(&parts) {
            let whole = payout / 10_000 * u128::from(*part) + payout % 10_000 * u128::from(*part) / 10_000;
            prop_assert_eq!(share.1.raw(), whole);
            sum += share.1.raw();
        }
        prop_assert_eq!(sum, payout);
    }
}

#[test]
fn a_receivable_is_assigned_by_the_beneficiary_as_far_as_it_goes() {
    let none = Receivable::default();
    let error = RightError::NotOwner { owner: BENEFICIARY, caller: FACTOR };
    assert_eq!(none.assign(&BENEFICIARY, FACTOR, bps(1), &FACTOR), Err(error));
    assert_eq!(none.assign(&BENEFICIARY, FACTOR, Bps::ZERO, &BENEFICIARY), Err(RightError::NoPart));
    let error = RightError::WrongRecipient { to: BENEFICIARY };
    assert_eq!(none.assign(&BENEFICIARY, BENEFICIARY, bps(1), &BENEFICIARY), Err(error));
    let most = none.assign(&BENEFICIARY, FACTOR, bps(7_000), &BENEFICIARY).unwrap();
    let error = RightError::AboveUnassigned { part: bps(3_001), unassigned: bps(3_000) };
    assert_eq!(most.assign(&BENEFICIARY, BANK, bps(3_001), &BENEFICIARY), Err(error));
    let all = most.assign(&BENEFICIARY, FACTOR, bps(3_000), &BENEFICIARY).unwrap();
    assert_eq!(all.shares[0], Some(Share { holder: FACTOR, part: Bps::ONE }), "one account has one part");
    assert_eq!(all.unassigned(), Ok(Bps::ZERO));
    assert_eq!(all.divide_down(amount(999)).unwrap().rest, Amount::ZERO);
}

/// A holder who could divide its part would take, by many small ones, the room in which the beneficiary assigns.
#[test]
fn a_part_is_passed_on_as_a_whole() {
    let assigned = Receivable::default().assign(&BENEFICIARY, FACTOR, bps(6_000), &BENEFICIARY).unwrap();
    for caller in [BANK, BENEFICIARY] {
        let error = RightError::NotHolder { holder: FACTOR, caller };
        assert_eq!(assigned.pass_on(0, BANK, &caller), Err(error));
    }
    for place in [1, 6, 255] {
        assert_eq!(assigned.pass_on(place, BANK, &FACTOR), Err(RightError::UnknownShare { place }));
    }
    for to in [FACTOR, [0; 20]] {
        assert_eq!(assigned.pass_on(0, to, &FACTOR), Err(RightError::WrongRecipient { to }));
    }
    let passed = assigned.pass_on(0, BANK, &FACTOR).unwrap();
    assert_eq!(passed.shares[0], Some(Share { holder: BANK, part: bps(6_000) }));
    assert_eq!((passed.shares.iter().flatten().count(), passed.unassigned()), (1, Ok(bps(4_000))));
    assert_eq!(passed.pass_on(0, BUYER, &FACTOR), Err(RightError::NotHolder { holder: BANK, caller: FACTOR }), "once");
    // Whoever has a part already has one part afterwards.
    let two = assigned.assign(&BENEFICIARY, BANK, bps(1_000), &BENEFICIARY).unwrap();
    let one = two.pass_on(0, BANK, &FACTOR).unwrap();
    assert_eq!((one.shares[0], one.shares[1]), (None, Some(Share { holder: BANK, part: bps(7_000) })));
    assert_eq!(one.unassigned(), Ok(bps(3_000)));
}

#[test]
fn proceeds_are_the_beneficiarys_and_of_whoever_has_a_part() {
    let assigned = Receivable::default().assign(&BENEFICIARY, FACTOR, Bps::ONE, &BENEFICIARY).unwrap();
    let is_payee = |account| assigned.is_payee(&BENEFICIARY, &account);
    assert!(is_payee(BENEFICIARY) && is_payee(FACTOR) && !is_payee(BANK));
    let passed = assigned.pass_on(0, BANK, &FACTOR).unwrap();
    assert!(!passed.is_payee(&BENEFICIARY, &FACTOR) && passed.is_payee(&BENEFICIARY, &BANK));
}

#[test]
fn a_receivable_has_a_bounded_number_of_parts() {
    let mut receivable = Receivable::default();
    for place in 0..MAXIMUM_SHARES as u8 {
        receivable = receivable.assign(&BENEFICIARY, [60 + place; 20], bps(100), &BENEFICIARY).unwrap();
    }
    let error = RightError::TooManyShares { maximum: MAXIMUM_SHARES as u8 };
    assert_eq!(receivable.assign(&BENEFICIARY, BANK, bps(100), &BENEFICIARY), Err(error));
    let passed = receivable.pass_on(0, BANK, &[60; 20]).unwrap();
    assert_eq!(passed.shares.iter().flatten().count(), MAXIMUM_SHARES, "what is passed on needs no more room");
    assert_eq!(passed.pass_on(0, BUYER, &BANK).unwrap().unassigned(), receivable.unassigned());
}

#[test]
fn the_factor_gets_its_share_of_every_payout_and_has_no_say() {
    let mut deal = Deal::funded(agreement(), free());
    deal.view.receivable = deal.view.receivable.assign(&BENEFICIARY, FACTOR, bps(3_333), &BENEFICIARY).unwrap();
    deal.present(300_001, 0).unwrap();
    let outcome = deal.approve().unwrap();
    assert_eq!(deal.paid_to(FACTOR), 99_990);
    assert_eq!(deal.paid_to(BENEFICIARY), 200_011);
    assert!(outcome.payouts.iter().any(|payout| payout.purpose == Purpose::Share && payout.account == FACTOR));
    // An award is proceeds too.
    deal.raise(BENEFICIARY).unwrap();
    deal.offer(APPLICANT, 100_000).unwrap();
    deal.accept(BENEFICIARY, 100_000).unwrap();
    assert_eq!(deal.paid_to(FACTOR), 99_990 + 33_330);
    // Its consent is neither needed nor enough.
    let mut deal = Deal::funded(agreement(), free());
    deal.view.receivable = deal.view.receivable.assign(&BENEFICIARY, FACTOR, Bps::ONE, &BENEFICIARY).unwrap();
    let split = deal.split(0);
    let mut consents = deal.consents(split.hash());
    consents[1].as_mut().unwrap().signer = FACTOR;
    let command = florin_trade::Command::Agree { split: &split, consents: &consents };
    assert_eq!(deal.send(KEEPER, &command), Err(EscrowError::MissingConsent { signer: BENEFICIARY }));
}

/// A funded credit against a title, which the carrier has issued and the beneficiary has entrusted to the contract.
fn with_title() -> Deal {
    let mut agreement = agreement();
    against_title(&mut agreement);
    let mut deal = Deal::funded(agreement, free());
    deal.issue(BILL);
    deal.entrust(BILL);
    deal
}

/// The title to another bill of lading.
const OTHER_BILL: Hash = [0xb2; 32];

fn take(document: Hash) -> Option<TitleMove> {
    Some(TitleMove::Take(key(document)))
}

fn deliver(document: Hash, to: Address) -> Option<TitleMove> {
    Some(TitleMove::Deliver(key(document), to))
}

/// Presents everything, with another bill of lading.
fn present_other(deal: &mut Deal, bill: Hash) -> Result<Outcome, EscrowError> {
    let shown = replaced(&papers(&deal.agreement.checklist, at(0)), TRANSPORT, bill);
    deal.show(AMOUNT, None, &shown, false)
}

/// Presents everything but the bill of lading, on approval.
fn present_without(deal: &mut Deal) -> Result<Outcome, EscrowError> {
    let mut shown = papers(&deal.agreement.checklist, at(0));
    shown[TRANSPORT] = None;
    deal.show(AMOUNT, None, &shown, true)
}

/// Who owns and holds a title that is in nobody's custody.
fn in_hands_of(deal: &Deal, document: Hash) -> Address {
    let title = deal.title(document);
    assert_eq!((title.standing, title.holder), (Standing::Active, title.owner));
    title.owner
}

#[test]
fn delivery_is_one_act_with_payment() {
    let mut deal = with_title();
    let outcome = deal.present(AMOUNT, 0).unwrap();
    assert_eq!(outcome.titles, [take(BILL), None]);
    assert_eq!(deal.view.escrow.title, Some(key(BILL)));
    let custody = Standing::InCustody { custodian: ESCROW, escrow: 7 };
    assert_eq!((deal.title(BILL).standing, deal.title(BILL).owner), (custody, BENEFICIARY));
    for command in [TitleCommand::HandOver { to: BANK }, TitleCommand::Surrender] {
        let error = RightError::WrongStanding { expected: Standing::Active, actual: custody };
        assert_eq!(deal.title(BILL).decide(&command, &BENEFICIARY), Err(error), "nobody moves it meanwhile");
    }
    assert_eq!(deal.paid_to(BENEFICIARY), 0);
    // Whether it is approved, or waived, or honoured by silence.
    let (mut waived, mut silent) = (deal.clone(), deal.clone());
    let outcome = deal.approve().unwrap();
    assert_eq!(outcome.titles, [deliver(BILL, APPLICANT), None]);
    waived.notice(Discrepancies::OTHER).unwrap();
    let outcome = waived.waive().unwrap();
    assert_eq!(outcome.titles, [deliver(BILL, APPLICANT), None]);
    silent.now = at(8);
    let outcome = silent.settle(BENEFICIARY).unwrap();
    assert_eq!(outcome.titles, [deliver(BILL, APPLICANT), None]);
    for deal in [deal, waived, silent] {
        assert_eq!((in_hands_of(&deal, BILL), deal.view.escrow.title), (APPLICANT, None));
        assert_eq!(deal.paid_to(BENEFICIARY), AMOUNT, "in the same outcome");
    }
}

#[test]
fn a_credit_without_a_title_moves_none() {
    let mut deal = Deal::funded(agreement(), free());
    deal.issue(BILL);
    deal.entrust(BILL);
    let before = deal.titles.clone();
    for outcome in [deal.present(AMOUNT, 0).unwrap(), deal.approve().unwrap()] {
        assert_eq!((outcome.titles, outcome.view.escrow.title), ([None, None], None));
    }
    assert_eq!(deal.titles, before);
}

#[test]
fn a_refused_title_goes_back() {
    let mut deal = with_title();
    deal.present(AMOUNT, 0).unwrap();
    let outcome = deal.notice(Discrepancies::OTHER).unwrap();
    assert_eq!(outcome.titles, [None, None], "it can still be waived");
    let outcome = deal.present(AMOUNT, 0).unwrap();
    assert_eq!(outcome.titles, [None, None], "a cure with the same document finds it in custody");
    deal.notice(Discrepancies::OTHER).unwrap();
    assert_eq!(deal.view.escrow.title, Some(key(BILL)));
    deal.now = at(60);
    let outcome = deal.settle(APPLICANT).unwrap();
    assert_eq!(outcome.titles, [deliver(BILL, BENEFICIARY), None]);
    assert_eq!((in_hands_of(&deal, BILL), deal.paid_to(BENEFICIARY)), (BENEFICIARY, 0));
}

/// A cure may bring another bill of lading: what is in custody is always the title to the one that was presented.
#[test]
fn a_cure_with_another_transport_document_changes_the_title() {
    let mut deal = with_title();
    deal.issue(OTHER_BILL);
    deal.entrust(OTHER_BILL);
    deal.present(AMOUNT, 0).unwrap();
    deal.notice(Discrepancies::of_document(TRANSPORT)).unwrap();
    let outcome = present_other(&mut deal, OTHER_BILL).unwrap();
    assert_eq!(outcome.titles, [deliver(BILL, BENEFICIARY), take(OTHER_BILL)], "the old one first");
    assert_eq!((in_hands_of(&deal, BILL), deal.view.escrow.title), (BENEFICIARY, Some(key(OTHER_BILL))));
    // The old one comes into custody again only where it is entrusted again.
    deal.notice(Discrepancies::OTHER).unwrap();
    let before = (deal.view, deal.titles.clone());
    let error = RightError::NotCustodian { custodian: None, caller: ESCROW };
    assert_eq!(deal.present(AMOUNT, 0), Err(EscrowError::Right(error)));
    assert_eq!((deal.view, deal.titles.clone()), before, "a refusal moves neither");
    deal.entrust(BILL);
    let outcome = deal.present(AMOUNT, 0).unwrap();
    assert_eq!(outcome.titles, [deliver(OTHER_BILL, BENEFICIARY), take(BILL)]);
    deal.approve().unwrap();
    assert_eq!((in_hands_of(&deal, BILL), in_hands_of(&deal, OTHER_BILL)), (APPLICANT, BENEFICIARY));
}

/// Without the transport document there is no title to it: neither that one nor another is kept.
#[test]
fn a_presentation_without_the_transport_document_keeps_no_title() {
    let mut deal = with_title();
    let outcome = present_without(&mut deal).unwrap();
    assert_eq!((outcome.titles, outcome.view.escrow.title), ([None, None], None));
    let mut forged = papers(&deal.agreement.checklist, at(0));
    forged[TRANSPORT].as_mut().unwrap().signer = BENEFICIARY;
    let outcome = deal.show(AMOUNT, None, &forged, true).unwrap();
    assert_eq!((outcome.titles, outcome.view.escrow.title), ([None, None], None), "nor with another's");
    // A cure brings it, another cure leaves it out again.
    deal.present(AMOUNT, 0).unwrap();
    deal.notice(Discrepancies::OTHER).unwrap();
    let outcome = present_without(&mut deal).unwrap();
    assert_eq!((outcome.titles, outcome.view.escrow.title), ([deliver(BILL, BENEFICIARY), None], None));
    assert_eq!(in_hands_of(&deal, BILL), BENEFICIARY);
    // The applicant takes no documents without the title: it would have paid, and the other side have both.
    assert_eq!(deal.waive(), Err(EscrowError::TitleNotInCustody));
    assert_eq!(deal.paid_to(BENEFICIARY), 0);
    deal.entrust(BILL);
    deal.present(AMOUNT, 0).unwrap();
    deal.approve().unwrap();
    assert_eq!((in_hands_of(&deal, BILL), deal.paid_to(BENEFICIARY)), (APPLICANT, AMOUNT));
}

#[test]
fn a_title_that_the_beneficiary_does_not_have_cannot_be_presented() {
    let present = |title: Option<Title>| {
        let mut deal = with_title();
        deal.titles.clear();
        deal.titles.extend(title.map(|title| ((title.issuer, title.document), title)));
        let before = deal.view;
        let error = deal.present(AMOUNT, 0).unwrap_err();
        assert_eq!(deal.view, before);
        error
    };
    let unknown = EscrowError::Right(RightError::UnknownTitle { document: BILL });
    assert_eq!(present(None), unknown);
    let title = Title { custodian: Some(ESCROW), ..Title::issue(BILL, CARRIER, BENEFICIARY).unwrap() };
    assert_eq!(present(Some(Title { document: OTHER_BILL, ..title })), unknown);
    // Somebody was first with a title to the same hash. It is not the carrier's.
    assert_eq!(present(Some(Title { issuer: KEEPER, ..title })), unknown);
    let error = RightError::NotCustodian { custodian: None, caller: ESCROW };
    assert_eq!(present(Some(Title { custodian: None, ..title })), EscrowError::Right(error));
    let error = RightError::NotCustodian { custodian: Some(BANK), caller: ESCROW };
    assert_eq!(present(Some(Title { custodian: Some(BANK), ..title })), EscrowError::Right(error));
    let pledged = act(&title, TitleCommand::HandOver { to: BANK }, BENEFICIARY);
    let error = RightError::NotHolder { holder: BANK, caller: BENEFICIARY };
    assert_eq!(present(Some(pledged)), EscrowError::Right(error));
    let sold = Title { owner: BUYER, holder: BUYER, ..title };
    let error = RightError::NotOwner { owner: BUYER, caller: BENEFICIARY };
    assert_eq!(present(Some(sold)), EscrowError::Right(error));
    let elsewhere = Title { standing: Standing::InCustody { custodian: ESCROW, escrow: 8 }, ..title };
    let error = RightError::WrongStanding { expected: Standing::Active, actual: elsewhere.standing };
    assert_eq!(present(Some(elsewhere)), EscrowError::Right(error), "one title in two escrows");
}

/// A title that somebody else has issued to the same document stays where it is.
#[test]
fn the_title_is_the_carriers() {
    let mut deal = with_title();
    let other = Title::issue(BILL, KEEPER, BENEFICIARY).unwrap();
    deal.titles.insert((KEEPER, BILL), other);
    deal.present(AMOUNT, 0).unwrap();
    deal.approve().unwrap();
    assert_eq!((in_hands_of(&deal, BILL), deal.titles[&(KEEPER, BILL)]), (APPLICANT, other));
}

/// Terms can ask for a title that nobody has issued: nothing can be presented then, and all that is left is to end.
#[test]
fn an_unissued_title_does_not_hold_the_money() {
    let mut deal = with_title();
    deal.titles.clear();
    let mut agreed = deal.clone();
    assert!(deal.present(AMOUNT, 0).is_err());
    deal.fall_silent();
    assert_eq!(deal.paid_to(APPLICANT) + deal.paid_to(KEEPER), AMOUNT);
    agreed.agree(400_000).unwrap();
    assert_eq!((agreed.paid_to(BENEFICIARY), agreed.paid_to(APPLICANT)), (400_000, 600_000));
    assert_eq!(agreed.status(), Status::Closed);
}

#[test]
fn no_dispute_about_money_while_the_title_is_at_large() {
    let mut deal = with_title();
    assert_eq!(deal.raise(BENEFICIARY), Err(EscrowError::TitleNotInCustody));
    let wrong = EscrowError::WrongCaller { expected: BENEFICIARY, caller: APPLICANT };
    assert_eq!(deal.raise(APPLICANT), Err(wrong));
    // Without the transport document nothing is in custody either.
    present_without(&mut deal).unwrap();
    assert_eq!(deal.status(), Status::Discrepant);
    assert_eq!(deal.raise(BENEFICIARY), Err(EscrowError::TitleNotInCustody));
    assert_eq!(deal.raise(APPLICANT), Err(wrong));
    let mut silent = deal.clone();
    silent.fall_silent();
    assert_eq!((silent.paid_to(BENEFICIARY), in_hands_of(&silent, BILL)), (0, BENEFICIARY));
    deal.present(AMOUNT, 0).unwrap();
    let examined = EscrowError::NotAllowed { message: Message::Raise, status: Status::Examining };
    for party in [APPLICANT, BENEFICIARY] {
        assert_eq!(deal.raise(party), Err(examined));
    }
    deal.notice(Discrepancies::OTHER).unwrap();
    assert_eq!(deal.raise(APPLICANT), Err(wrong));
    deal.raise(BENEFICIARY).unwrap();
    assert_eq!(deal.status(), Status::Negotiating);
}

/// What is retained is disputed when the title has gone over long ago.
#[test]
fn what_is_retained_is_disputed_without_the_title() {
    let mut agreement = agreement();
    against_title(&mut agreement);
    agreement.terms.retention = Some(Retention { share: bps(1_000), until: at(120) });
    let mut deal = Deal::funded(agreement, free());
    deal.issue(BILL);
    deal.entrust(BILL);
    deal.present(AMOUNT, 0).unwrap();
    deal.approve().unwrap();
    assert_eq!((deal.status(), in_hands_of(&deal, BILL)), (Status::Retaining, APPLICANT));
    deal.raise(APPLICANT).unwrap();
    let outcome = deal.agree(0).unwrap();
    assert_eq!((outcome.titles, in_hands_of(&deal, BILL)), ([None, None], APPLICANT));
}

/// Whatever is awarded, nobody ends up with the title and more than half of the money.
#[test]
fn a_divided_stake_takes_the_title_along() {
    for award in [0, 1, AMOUNT / 2 - 1, AMOUNT / 2, AMOUNT / 2 + 1, AMOUNT] {
        let to = if award * 2 >= AMOUNT { APPLICANT } else { BENEFICIARY };
        let mut deal = with_title();
        deal.present(AMOUNT, 0).unwrap();
        let mut agreed = deal.clone();
        deal.notice(Discrepancies::OTHER).unwrap();
        deal.raise(BENEFICIARY).unwrap();
        let mut offered = deal.clone();
        deal.now = at(19);
        deal.fall_back(award).unwrap();
        assert_eq!(deal.settle(KEEPER).unwrap().titles, [deliver(BILL, to), None]);
        assert_eq!(agreed.agree(award).unwrap().titles, [deliver(BILL, to), None]);
        offered.offer(BENEFICIARY, award).unwrap();
        assert_eq!(offered.accept(APPLICANT, award).unwrap().titles, [deliver(BILL, to), None]);
        for deal in [deal, agreed, offered] {
            let owner = in_hands_of(&deal, BILL);
            assert_eq!(owner, to);
            let has_more = if owner == APPLICANT { AMOUNT - award > AMOUNT / 2 } else { award > AMOUNT / 2 };
            assert!(!has_more, "{award}");
        }
    }
}

/// Where nobody rules about refused documents, the title goes by what the split comes to.
#[test]
fn silence_about_a_refused_title_takes_it_along() {
    for (split, to) in [(0, BENEFICIARY), (4_999, BENEFICIARY), (5_000, APPLICANT), (10_000, APPLICANT)] {
        let mut agreement = agreement();
        against_title(&mut agreement);
        agreement.terms.default_split = bps(split);
        let mut deal = Deal::funded(agreement, free());
        deal.issue(BILL);
        deal.entrust(BILL);
        deal.present(AMOUNT, 0).unwrap();
        deal.notice(Discrepancies::OTHER).unwrap();
        deal.raise(BENEFICIARY).unwrap();
        deal.now = at(29);
        let outcome = deal.settle(APPLICANT).unwrap();
        assert_eq!(outcome.titles, [deliver(BILL, to), None], "{split}");
        assert_eq!(deal.paid_to(BENEFICIARY), 100 * u128::from(split) + 50_000);
    }
}

/// The title with the applicant: at least half is paid. More than half is paid: the title is with the applicant. (A tip
/// of 500 may have gone off what is paid, a bond of 50,000 may have come back with it.)
fn check_hands(deal: &Deal) {
    let (title, proceeds) = (deal.title(BILL), deal.paid_to(BENEFICIARY));
    if title.standing == Standing::Active && title.owner == APPLICANT {
        assert!(proceeds >= AMOUNT / 2 - 500);
    }
    if proceeds > AMOUNT / 2 + 50_000 {
        assert_eq!(title.owner, APPLICANT);
    }
}

/// In every order of acts, at every moment: the applicant has no title without having paid, the beneficiary no money
/// with it.
#[test]
fn no_interleaving_leaves_one_party_with_both() {
    let orders: [&[&str]; 14] = [
        &["present", "approve"],
        &["present", "notice", "waive"],
        &["present", "silence"],
        &["present", "notice", "silence"],
        &["present", "notice", "present", "silence"],
        &["present", "no raise", "silence"],
        &["present", "notice", "raise", "silence"],
        &["without", "no waive", "silence"],
        &["present", "notice", "without", "no waive", "entrust", "present", "approve"],
        &["without", "silence"],
        &["without", "present", "approve"],
        &["present", "notice", "without", "silence"],
        &["present", "notice", "without", "entrust", "present", "notice", "raise", "silence"],
        &["present", "notice", "present", "notice", "raise", "silence"],
    ];
    for order in orders {
        let mut deal = with_title();
        for act in order {
            let result = match *act {
                "present" => deal.present(AMOUNT, 0),
                "without" => present_without(&mut deal),
                "approve" => deal.approve(),
                "notice" => deal.notice(Discrepancies::OTHER),
                "waive" => deal.waive(),
                "raise" => deal.raise(BENEFICIARY),
                "no raise" => {
                    assert!(deal.raise(BENEFICIARY).is_err());
                    continue;
                }
                "no waive" => {
                    assert_eq!(deal.waive(), Err(EscrowError::TitleNotInCustody), "{order:?}");
                    continue;
                }
                "entrust" => {
                    deal.entrust(BILL);
                    continue;
                }
                _ => {
                    deal.fall_silent();
                    continue;
                }
            };
            assert!(result.is_ok(), "{act} in {order:?}");
            check_hands(&deal);
        }
        check_hands(&deal);
    }
}

/// E10: who attests what is paid for has no position in it.
#[test]
fn e10_who_attests_has_no_part_of_the_proceeds() {
    let mut checklist = agreement().checklist;
    checklist.documents[3] = Some(RequiredDocument { kind: DocumentKind::Customs, issuer: [71; 20] });
    checklist.documents[4] = Some(RequiredDocument { kind: DocumentKind::Insurance, issuer: [72; 20] });
    for account in [CARRIER, INSPECTOR, [71; 20]] {
        assert_eq!(checklist.check_holder(&account), Err(EscrowError::AttestorHoldsPart { account }));
    }
    // Nor does an amendment make one of somebody who has a part.
    let mut deal = Deal::funded(agreement(), free());
    deal.view.receivable = deal.view.receivable.assign(&BENEFICIARY, FACTOR, bps(1), &BENEFICIARY).unwrap();
    let mut amended = deal.agreement;
    amended.checklist.documents[2] = Some(RequiredDocument { kind: DocumentKind::Inspection, issuer: FACTOR });
    assert_eq!(deal.amend(amended, 0), Err(EscrowError::AttestorHoldsPart { account: FACTOR }));
    // An insurer says what it would pay, not what happened.
    for account in [FACTOR, BENEFICIARY, APPLICANT, [72; 20]] {
        assert_eq!(checklist.check_holder(&account), Ok(()));
    }
}
