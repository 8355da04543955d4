//! Title and receivable: who may do what with them, and delivery versus payment.
#![allow(clippy::unwrap_used)]
mod common;

use common::{agreement, amount, at, bps, free, keccak, Deal, AMOUNT, APPLICANT, BENEFICIARY, CARRIER, FACTOR, KEEPER};
use florin_escrow::examination::Discrepancies;
use florin_escrow::ledger::Purpose;
use florin_escrow::right::{Receivable, RightError, Share, Standing, Title, TitleCommand, MAXIMUM_SHARES};
use florin_escrow::state::Status;
use florin_escrow::{Address, EscrowError};
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

proptest! {
    /// Whatever is done: a title always has one owner and one holder, nobody but those two and the issuer has moved it,
    /// and a title that was retired stays so.
    #[test]
    fn a_title_is_never_without_owner(acts in prop::collection::vec((0u8..10, 1u8..6, 1u8..6), 0..60)) {
        let mut title = Title::issue(DOCUMENT, [5; 20], [1; 20]).unwrap();
        for (kind, caller, to) in acts {
            let (caller, to) = ([caller; 20], [to; 20]);
            let command = match kind {
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
            prop_assert!(next.owner != [0; 20] && next.holder != [0; 20]);
            prop_assert_eq!((next.document, next.issuer), (title.document, title.issuer));
            if next.owner != title.owner && caller != title.owner {
                let was_named = title.nominee == Some(next.owner);
                prop_assert!(was_named, "an owner loses a title only to whom it named");
            }
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

#[test]
fn a_part_is_passed_on_in_whole_or_in_part() {
    let assigned = Receivable::default().assign(&BENEFICIARY, FACTOR, bps(6_000), &BENEFICIARY).unwrap();
    let error = RightError::NotHolder { holder: FACTOR, caller: BANK };
    assert_eq!(assigned.pass_on(0, BANK, bps(1), &BANK), Err(error));
    for place in [1, 6, 255] {
        assert_eq!(assigned.pass_on(place, BANK, bps(1), &FACTOR), Err(RightError::UnknownShare { place }));
    }
    let error = RightError::AboveShare { part: bps(6_001), share: bps(6_000) };
    assert_eq!(assigned.pass_on(0, BANK, bps(6_001), &FACTOR), Err(error));
    assert_eq!(assigned.pass_on(0, BANK, Bps::ZERO, &FACTOR), Err(RightError::NoPart));
    let split = assigned.pass_on(0, BANK, bps(2_000), &FACTOR).unwrap();
    assert_eq!(split.shares[0], Some(Share { holder: FACTOR, part: bps(4_000) }));
    assert_eq!(split.shares[1], Some(Share { holder: BANK, part: bps(2_000) }));
    let whole = split.pass_on(0, BANK, bps(4_000), &FACTOR).unwrap();
    assert_eq!((whole.shares[0], whole.shares[1]), (None, Some(Share { holder: BANK, part: bps(6_000) })));
    assert_eq!(whole.unassigned(), Ok(bps(4_000)));
}

#[test]
fn a_receivable_has_a_bounded_number_of_parts() {
    let mut receivable = Receivable::default();
    for place in 0..MAXIMUM_SHARES as u8 {
        receivable = receivable.assign(&BENEFICIARY, [60 + place; 20], bps(100), &BENEFICIARY).unwrap();
    }
    let error = RightError::TooManyShares { maximum: MAXIMUM_SHARES as u8 };
    assert_eq!(receivable.assign(&BENEFICIARY, BANK, bps(100), &BENEFICIARY), Err(error));
    assert_eq!(receivable.pass_on(0, BANK, bps(50), &[60; 20]), Err(error));
    assert!(receivable.pass_on(0, BANK, bps(100), &[60; 20]).is_ok(), "in whole it needs no more room");
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
    let agreement = deal.view.escrow.agreement;
    let split = florin_escrow::amendment::AgreedSplit::new(agreement, amount(AMOUNT), amount(0), keccak);
    let mut consents = deal.consents(split.hash());
    consents[1].as_mut().unwrap().signer = FACTOR;
    let command = florin_escrow::Command::Agree { split: &split, consents: &consents };
    assert_eq!(deal.send(KEEPER, &command), Err(EscrowError::MissingConsent { signer: BENEFICIARY }));
}

fn with_title() -> Deal {
    let mut agreement = agreement();
    agreement.terms.title = Some(DOCUMENT);
    agreement.terms.partial_drawings = false;
    let mut deal = Deal::funded(agreement, free());
    deal.view.title = Some(title());
    deal
}

fn title_of(deal: &Deal) -> Title {
    deal.view.title.unwrap()
}

#[test]
fn delivery_is_one_act_with_payment() {
    let mut deal = with_title();
    deal.present(AMOUNT, 0).unwrap();
    let custody = Standing::InCustody { escrow: 7 };
    assert_eq!((title_of(&deal).standing, title_of(&deal).owner), (custody, BENEFICIARY));
    for command in [TitleCommand::HandOver { to: BANK }, TitleCommand::Surrender] {
        let error = RightError::WrongStanding { expected: Standing::Active, actual: custody };
        assert_eq!(title_of(&deal).decide(&command, &BENEFICIARY), Err(error), "nobody moves it meanwhile");
    }
    assert_eq!(deal.paid_to(BENEFICIARY), 0);
    let outcome = deal.approve().unwrap();
    let delivered = outcome.view.title.unwrap();
    assert_eq!((delivered.owner, delivered.holder, delivered.standing), (APPLICANT, APPLICANT, Standing::Active));
    assert_eq!(deal.paid_to(BENEFICIARY), AMOUNT, "in the same outcome");
}

#[test]
fn a_refused_title_goes_back() {
    let mut deal = with_title();
    deal.present(AMOUNT, 0).unwrap();
    deal.notice(Discrepancies::OTHER).unwrap();
    deal.present(AMOUNT, 0).unwrap();
    deal.notice(Discrepancies::OTHER).unwrap();
    assert_eq!(title_of(&deal).standing, Standing::InCustody { escrow: 7 }, "a cure finds it in custody");
    deal.fall_silent();
    assert_eq!((title_of(&deal).owner, title_of(&deal).standing), (BENEFICIARY, Standing::Active));
    assert_eq!(deal.paid_to(BENEFICIARY), 0);
}

#[test]
fn a_title_that_the_beneficiary_does_not_have_cannot_be_presented() {
    let present = |title: Option<Title>| {
        let mut deal = with_title();
        deal.view.title = title;
        deal.present(AMOUNT, 0).unwrap_err()
    };
    let record = florin_escrow::decision::Record::Title;
    assert_eq!(present(None), EscrowError::RecordMissing { record });
    let other = Title { document: [1; 32], ..title() };
    assert_eq!(present(Some(other)), EscrowError::WrongTitle { expected: DOCUMENT, actual: [1; 32] });
    let pledged = act(&title(), TitleCommand::HandOver { to: BANK }, BENEFICIARY);
    let error = RightError::NotHolder { holder: BANK, caller: BENEFICIARY };
    assert_eq!(present(Some(pledged)), EscrowError::Right(error));
    let elsewhere = Title { standing: Standing::InCustody { escrow: 8 }, ..title() };
    let error = RightError::WrongStanding { expected: Standing::Active, actual: elsewhere.standing };
    assert_eq!(present(Some(elsewhere)), EscrowError::Right(error), "one title in two escrows");
}

/// Terms can name a title that nobody has issued: nothing can be presented then, and all that is left is to end.
#[test]
fn an_unissued_title_does_not_hold_the_money() {
    let mut deal = with_title();
    deal.view.title = None;
    let mut agreed = deal.clone();
    deal.fall_silent();
    assert_eq!((deal.paid_to(APPLICANT) + deal.paid_to(KEEPER), deal.view.title), (AMOUNT, None));
    agreed.agree(400_000).unwrap();
    assert_eq!((agreed.paid_to(BENEFICIARY), agreed.paid_to(APPLICANT)), (400_000, 600_000));
    assert_eq!(agreed.status(), Status::Closed);
    // Once it was presented, the record has to be there: it may be in custody.
    let mut lost = with_title();
    lost.present(AMOUNT, 0).unwrap();
    lost.view.title = None;
    let record = florin_escrow::decision::Record::Title;
    assert_eq!(lost.approve(), Err(EscrowError::RecordMissing { record }));
}

#[test]
fn no_dispute_about_money_while_the_title_is_at_large() {
    let mut deal = with_title();
    assert_eq!(deal.raise(BENEFICIARY), Err(EscrowError::TitleNotInCustody));
    deal.present(AMOUNT, 0).unwrap();
    deal.raise(APPLICANT).unwrap();
    assert_eq!(deal.status(), Status::Negotiating);
}

/// Whatever is awarded, nobody ends up with the title and more than half of the money.
#[test]
fn a_divided_stake_takes_the_title_along() {
    for award in [0, 1, AMOUNT / 2 - 1, AMOUNT / 2, AMOUNT / 2 + 1, AMOUNT] {
        let mut deal = with_title();
        deal.present(AMOUNT, 0).unwrap();
        deal.raise(APPLICANT).unwrap();
        deal.now = at(19);
        deal.fall_back(award).unwrap();
        deal.settle(KEEPER).unwrap();
        let owner = title_of(&deal).owner;
        assert_eq!(title_of(&deal).standing, Standing::Active);
        let has_more = if owner == APPLICANT { AMOUNT - award > AMOUNT / 2 } else { award > AMOUNT / 2 };
        assert!(!has_more, "{award}");
    }
}

/// The title with the applicant: at least half is paid. More than half is paid: the title is with the applicant. (A tip
/// of 500 may have gone off what is paid, a bond of 50,000 may have come back with it.)
fn check_hands(deal: &Deal) {
    let (title, proceeds) = (title_of(deal), deal.paid_to(BENEFICIARY));
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
    let orders: [&[&str]; 6] = [
        &["present", "approve"],
        &["present", "notice", "waive"],
        &["present", "silence"],
        &["present", "notice", "silence"],
        &["present", "notice", "present", "silence"],
        &["present", "raise", "silence"],
    ];
    for order in orders {
        let mut deal = with_title();
        for act in order {
            let result = match *act {
                "present" => deal.present(AMOUNT, 0),
                "approve" => deal.approve(),
                "notice" => deal.notice(Discrepancies::OTHER),
                "waive" => deal.waive(),
                "raise" => deal.raise(BENEFICIARY),
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
