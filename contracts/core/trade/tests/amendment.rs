//! What takes everybody's consent, and the bounds of what can be agreed at all.
#![allow(clippy::unwrap_used)]
mod common;

use common::{
    against_title, agreement, amount, at, bps, by_milestones, context, days, free, keccak, later, Deal, AMOUNT,
    APPLICANT, ARBITRATION, BENEFICIARY, CARRIER, CONFIRMER, DAY, KEEPER, MONDAY, TRANSPORT,
};
use florin_trade::amendment::{consent_hash, AgreedSplit, Consent};
use florin_trade::decision::Screening;
use florin_trade::state::{Escrow, Stage, Status};
use florin_trade::terms::{
    signing_hash, Agreement, DocumentKind, Milestone, Payment, RequiredDocument, Retention, Sealed,
};
use florin_trade::validation::{Term, TermsError, MAXIMUM_AMOUNT};
use florin_trade::{decide, Address, Command, Context, EscrowError};
use florin_units::{Amount, Bps};

/// Something done to an agreement.
type Change = fn(&mut Agreement);

fn funded() -> Deal {
    Deal::funded(agreement(), free())
}

#[test]
fn all_sign_the_agreement_that_counts() {
    let mut deal = Deal::draft(agreement());
    let other = EscrowError::OtherTerms { expected: deal.view.escrow.agreement, actual: [1; 32] };
    assert_eq!(deal.send(APPLICANT, &Command::Sign { agreement: [1; 32] }), Err(other));
    assert_eq!(deal.sign(KEEPER), Err(EscrowError::NotParty { caller: KEEPER }));
    deal.sign(BENEFICIARY).unwrap();
    assert_eq!(deal.sign(BENEFICIARY), Err(EscrowError::AlreadySigned));
    assert_eq!(deal.view.escrow.stage, Stage::Draft { applicant: false, beneficiary: true });
    deal.sign(APPLICANT).unwrap();
    assert_eq!(deal.status(), Status::Signed);
    assert_eq!(deal.sign(APPLICANT), Err(EscrowError::AlreadySigned));
}

#[test]
fn before_it_is_funded_either_party_can_leave() {
    for party in [APPLICANT, BENEFICIARY] {
        let mut deal = Deal::signed(agreement());
        deal.send(party, &Command::Decline).unwrap();
        assert_eq!(deal.status(), Status::Closed);
        assert_eq!(deal.fund(free()).unwrap_err().code(), 4);
    }
}

#[test]
fn funding_is_exact_and_takes_the_snapshot() {
    let mut deal = Deal::signed(agreement());
    let agreement = deal.view.escrow.agreement;
    let rules = common::rules();
    let fund = |received, snapshot, decimals| {
        let received = amount(received);
        Command::Fund { agreement, rules: &rules, received, snapshot, decimals }
    };
    let caller = EscrowError::WrongCaller { expected: APPLICANT, caller: BENEFICIARY };
    assert_eq!(deal.send(BENEFICIARY, &fund(AMOUNT, free(), 6)), Err(caller));
    let received = amount(AMOUNT);
    let other = Command::Fund { agreement: [1; 32], rules: &rules, received, snapshot: free(), decimals: 6 };
    let error = EscrowError::OtherTerms { expected: agreement, actual: [1; 32] };
    assert_eq!(deal.send(APPLICANT, &other), Err(error), "nobody pays for what it has not read");
    assert_eq!(deal.send(BENEFICIARY, &other), Err(caller), "and nobody else at all");
    for received in [0, AMOUNT - 1, AMOUNT + 1] {
        let error = EscrowError::WrongPayment { required: amount(AMOUNT), received: amount(received) };
        assert_eq!(deal.send(APPLICANT, &fund(received, free(), 6)), Err(error));
    }
    let error = EscrowError::DecimalsChanged { expected: 6, actual: 7 };
    assert_eq!(deal.send(APPLICANT, &fund(AMOUNT, free(), 7)), Err(error));
    let mut dear = free();
    dear.fee = bps(101);
    let error = EscrowError::FeeAboveMaximum { fee: bps(101), maximum: bps(100) };
    assert_eq!(deal.send(APPLICANT, &fund(AMOUNT, dear, 6)), Err(error));
    let denied = Context { screening: Screening::Denied, ..context(APPLICANT, at(0)) };
    let result = decide(&deal.view, &fund(AMOUNT, free(), 6), &denied);
    assert_eq!(result, Err(EscrowError::Denied { account: APPLICANT }));
    deal.now = at(60);
    let error = EscrowError::CreditExpired { expiry: at(60), now: at(60) };
    assert_eq!(deal.send(APPLICANT, &fund(AMOUNT, free(), 6)), Err(error));
    deal.now = at(1);
    let outcome = deal.send(APPLICANT, &fund(AMOUNT, free(), 6)).unwrap();
    assert_eq!(outcome.received(), amount(AMOUNT));
    assert_eq!(deal.fund(free()), Err(EscrowError::AlreadyFunded));
}

fn extended() -> Agreement {
    let mut amended = agreement();
    amended.terms.expiry = at(89);
    amended.terms.latest_shipment = at(60);
    amended
}

/// E16: an amendment is the hash of the complete new terms, signed by all; to accept a part is to reject it.
#[test]
fn e16_an_amendment_takes_everybody_and_the_whole() {
    let mut with_confirmer = agreement();
    with_confirmer.terms.confirmer = Some(CONFIRMER);
    let mut deal = Deal::funded(with_confirmer, free());
    let mut new = extended();
    new.terms.confirmer = Some(CONFIRMER);
    let amended = Sealed::new(new, keccak);
    let all = deal.consents(amended.hash());
    let nothing = amount(0);
    for (place, signer) in [APPLICANT, BENEFICIARY, CONFIRMER].into_iter().enumerate() {
        let mut consents = all;
        consents[place] = None;
        let command = Command::Amend { amended: &amended, consents: &consents, received: nothing };
        assert_eq!(deal.send(KEEPER, &command), Err(EscrowError::MissingConsent { signer }));

        let part = [9; 32];
        consents[place] = Some(Consent { subject: part, ..all[place].unwrap() });
        let command = Command::Amend { amended: &amended, consents: &consents, received: nothing };
        let error = EscrowError::PartialAcceptance { signer, expected: amended.hash(), actual: part };
        assert_eq!(deal.send(KEEPER, &command), Err(error));

        consents[place] = Some(Consent { nonce: 1, ..all[place].unwrap() });
        let command = Command::Amend { amended: &amended, consents: &consents, received: nothing };
        assert_eq!(deal.send(KEEPER, &command), Err(EscrowError::WrongNonce { expected: 0, given: 1 }));

        let deadline = common::before(deal.now);
        consents[place] = Some(Consent { deadline, ..all[place].unwrap() });
        let command = Command::Amend { amended: &amended, consents: &consents, received: nothing };
        let error = EscrowError::ConsentExpired { deadline, now: deal.now };
        assert_eq!(deal.send(KEEPER, &command), Err(error));
    }
    let command = Command::Amend { amended: &amended, consents: &all, received: nothing };
    deal.send(KEEPER, &command).unwrap();
    assert_eq!((deal.view.terms.expiry, deal.view.escrow.amendments), (at(89), 1));
    assert_eq!(deal.view.escrow.agreement, amended.hash());
    assert_eq!(deal.send(KEEPER, &command), Err(EscrowError::WrongNonce { expected: 1, given: 0 }), "no second time");
}

#[test]
fn an_amended_credit_lives_by_the_new_terms() {
    let mut deal = funded();
    deal.amend(extended(), 0).unwrap();
    deal.now = at(61);
    assert_eq!(deal.status(), Status::Funded);
    deal.present(AMOUNT, 55).unwrap();
    deal.approve().unwrap();
    assert_eq!(deal.paid_to(BENEFICIARY), AMOUNT);
}

#[test]
fn a_larger_credit_is_paid_for_and_a_smaller_one_gives_back() {
    let mut deal = funded();
    deal.present(300_000, 0).unwrap();
    deal.approve().unwrap();
    let mut larger = agreement();
    larger.terms.amount = amount(1_500_000);
    for received in [0, 499_999, 500_001] {
        let error = EscrowError::WrongPayment { required: amount(500_000), received: amount(received) };
        assert_eq!(deal.amend(larger, received), Err(error));
    }
    let sealed = Sealed::new(larger, keccak);
    let consents = deal.consents(sealed.hash());
    let command = Command::Amend { amended: &sealed, consents: &consents, received: amount(500_000) };
    let denied = Context { screening: Screening::Denied, ..context(KEEPER, deal.now) };
    assert_eq!(decide(&deal.view, &command, &denied), Err(EscrowError::Denied { account: KEEPER }));
    deal.amend(larger, 500_000).unwrap();
    assert_eq!(deal.view.escrow.book.available, amount(1_200_000));

    let mut smaller = agreement();
    smaller.terms.amount = amount(400_000);
    let error = EscrowError::WrongPayment { required: Amount::ZERO, received: amount(1) };
    assert_eq!(deal.amend(smaller, 1), Err(error));
    deal.amend(smaller, 0).unwrap();
    assert_eq!(deal.view.escrow.book.available, amount(100_000));
    assert_eq!(deal.paid_to(APPLICANT), 1_100_000);

    let mut too_small = agreement();
    too_small.terms.amount = amount(299_999);
    let error = EscrowError::BelowDrawn { limit: amount(299_999), drawn: amount(300_000) };
    assert_eq!(deal.amend(too_small, 0), Err(error));
    deal.fall_silent();
    assert_eq!(deal.paid_to(BENEFICIARY), 300_000);
}

#[test]
fn parties_asset_and_title_cannot_be_amended() {
    let mut deal = funded();
    let changes: [(Term, Change); 5] = [
        (Term::Applicant, |agreement| agreement.terms.applicant = [40; 20]),
        (Term::Beneficiary, |agreement| agreement.terms.beneficiary = [40; 20]),
        (Term::Confirmer, |agreement| agreement.terms.confirmer = Some([40; 20])),
        (Term::Asset, |agreement| agreement.terms.asset.token = [40; 20]),
        (Term::Title, |agreement| agreement.terms.title = Some([40; 20])),
    ];
    for (term, change) in changes {
        let mut amended = agreement();
        change(&mut amended);
        assert_eq!(deal.amend(amended, 0), Err(EscrowError::Terms(TermsError::Fixed { term })));
    }
    deal.present(1, 0).unwrap();
    deal.approve().unwrap();
    let mut single = agreement();
    single.terms.partial_drawings = false;
    let error = TermsError::Fixed { term: Term::PartialDrawings };
    assert_eq!(deal.amend(single, 0), Err(EscrowError::Terms(error)), "it was drawn in part");
}

#[test]
fn amended_milestones_come_to_what_is_left() {
    let mut first = agreement();
    by_milestones(&mut first);
    let mut deal = Deal::funded(first, free());
    let papers = common::papers(&first.checklist, at(0));
    deal.show(200_000, Some(0), &papers, false).unwrap();
    deal.approve().unwrap();
    // The paid milestone is made smaller than what it has paid, the others larger.
    let mut amended = first;
    amended.checklist.milestones[0] = Some(Milestone { amount: amount(100_000), documents: 1 });
    amended.checklist.milestones[1] = Some(Milestone { amount: amount(600_000), documents: 2 });
    let error = EscrowError::MilestonesDiffer { expected: amount(800_000), actual: amount(900_000) };
    assert_eq!(deal.amend(amended, 0), Err(error));
    let mut moved = first;
    moved.checklist.milestones[1] = Some(Milestone { amount: amount(400_000), documents: 2 });
    moved.checklist.milestones[2] = Some(Milestone { amount: amount(400_000), documents: 4 });
    deal.amend(moved, 0).unwrap();
    deal.show(400_000, Some(2), &papers, false).unwrap();
    deal.approve().unwrap();
    deal.fall_silent();
    assert_eq!(deal.paid_to(BENEFICIARY), 600_000);
}

/// What was accepted under the old terms keeps its maturity, and the moment by which all is out does not come before
/// it.
#[test]
fn an_amendment_does_not_shorten_what_was_accepted() {
    let mut usance = agreement();
    usance.terms.payment = Payment::Usance { tenor: days(400), sight_share: bps(0) };
    let mut deal = Deal::funded(usance, free());
    deal.present(300_000, 0).unwrap();
    deal.approve().unwrap();
    deal.amend(agreement(), 0).unwrap();
    assert!(florin_trade::dispute::t_max(&deal.view.terms, &deal.agreement.dispute) < at(400));
    assert_eq!(deal.t_max(), at(400));
    deal.fall_silent();
    assert_eq!(deal.paid_to(BENEFICIARY), 300_000 - 500);
}

#[test]
fn an_end_by_agreement_takes_everybody() {
    let mut deal = funded();
    let split = AgreedSplit::new(deal.view.escrow.agreement, false, amount(AMOUNT), amount(250_000), keccak);
    assert_eq!((split.stake(), split.to_beneficiary()), (amount(AMOUNT), amount(250_000)));
    let mut consents = deal.consents(split.hash());
    consents[1] = None;
    let command = Command::Agree { split: &split, consents: &consents };
    assert_eq!(deal.send(APPLICANT, &command), Err(EscrowError::MissingConsent { signer: BENEFICIARY }));
    let stale = AgreedSplit::new([3; 32], false, amount(AMOUNT), amount(250_000), keccak);
    let consents = deal.consents(stale.hash());
    let command = Command::Agree { split: &stale, consents: &consents };
    let error = EscrowError::OtherTerms { expected: deal.view.escrow.agreement, actual: [3; 32] };
    assert_eq!(deal.send(KEEPER, &command), Err(error));
    let above = EscrowError::AboveStake { amount: amount(AMOUNT + 1), stake: amount(AMOUNT) };
    assert_eq!(deal.agree(AMOUNT + 1), Err(above));
    // In a dispute bonds go back.
    deal.raise(BENEFICIARY).unwrap();
    deal.agree(250_000).unwrap();
    assert_eq!((deal.paid_to(BENEFICIARY), deal.paid_to(APPLICANT)), (250_000 + 50_000, 750_000));
    assert_eq!(deal.status(), Status::Closed);
}

/// Consents to a division of the whole do not divide what a drawing has left.
#[test]
fn a_division_is_of_the_stake_it_names() {
    let mut deal = funded();
    let split = AgreedSplit::new(deal.view.escrow.agreement, false, amount(AMOUNT), amount(250_000), keccak);
    let consents = deal.consents(split.hash());
    deal.present(600_000, 0).unwrap();
    deal.approve().unwrap();
    let error = EscrowError::OtherStake { expected: amount(400_000), actual: amount(AMOUNT) };
    assert_eq!(deal.send(KEEPER, &Command::Agree { split: &split, consents: &consents }), Err(error));
    deal.agree(100_000).unwrap();
    assert_eq!((deal.paid_to(BENEFICIARY), deal.paid_to(APPLICANT)), (700_000, 300_000));
}

fn retained() -> Agreement {
    let mut agreement = agreement();
    agreement.terms.retention = Some(Retention { share: bps(1_000), until: at(120) });
    agreement
}

/// What is retained waits for its own moment: all together divide what was not drawn, and what is retained only once
/// nothing can be drawn any more.
#[test]
fn a_division_reaches_what_is_retained_only_at_the_end() {
    let mut deal = Deal::funded(retained(), free());
    deal.present(600_000, 0).unwrap();
    deal.approve().unwrap();
    assert_eq!(deal.stake(), amount(400_000));
    let with_retained = AgreedSplit::new(deal.view.escrow.agreement, false, amount(460_000), amount(0), keccak);
    let consents = deal.consents(with_retained.hash());
    let error = EscrowError::OtherStake { expected: amount(400_000), actual: amount(460_000) };
    assert_eq!(deal.send(KEEPER, &Command::Agree { split: &with_retained, consents: &consents }), Err(error));
    deal.agree(0).unwrap();
    assert_eq!((deal.paid_to(BENEFICIARY), deal.paid_to(APPLICANT)), (540_000, 400_000));
    assert_eq!((deal.status(), deal.held(), deal.stake()), (Status::Retaining, 60_000, amount(60_000)));
    let mut silent = deal.clone();
    silent.fall_silent();
    assert_eq!(silent.paid_to(BENEFICIARY) + silent.paid_to(KEEPER), 600_000);
    deal.agree(10_000).unwrap();
    assert_eq!((deal.paid_to(BENEFICIARY), deal.paid_to(APPLICANT)), (550_000, 450_000));
    assert_eq!(deal.status(), Status::Closed);
}

/// A quarter is retained, until the day of the expiry; what was not drawn is as much as what is retained.
fn equal_stakes() -> Deal {
    let mut agreement = agreement();
    agreement.terms.retention = Some(Retention { share: bps(2_500), until: at(60) });
    let mut deal = Deal::funded(agreement, free());
    deal.present(800_000, 0).unwrap();
    deal.approve().unwrap();
    assert_eq!((deal.stake(), deal.view.escrow.book.retained), (amount(200_000), amount(200_000)));
    deal
}

/// Consents to a division of what was not drawn divide that, once. The same ones, or some that were given at the same
/// time, do not divide what is retained after it, though it be as much.
#[test]
fn the_same_consents_never_count_twice() {
    for is_disputed in [false, true] {
        let mut deal = equal_stakes();
        if is_disputed {
            deal.raise(BENEFICIARY).unwrap();
        }
        let agreement = deal.view.escrow.agreement;
        let undrawn = deal.split(0);
        let retained = AgreedSplit::new(agreement, true, amount(200_000), amount(0), keccak);
        let (consents, at_once) = (deal.consents(undrawn.hash()), deal.consents(retained.hash()));
        // What is retained is not divided before its time.
        let early = Command::Agree { split: &retained, consents: &at_once };
        let other_stake = EscrowError::OtherStake { expected: amount(200_000), actual: amount(200_000) };
        assert_eq!(deal.send(KEEPER, &early), Err(other_stake));

        let command = Command::Agree { split: &undrawn, consents: &consents };
        deal.send(APPLICANT, &command).unwrap();
        assert_eq!((deal.status(), deal.stake()), (Status::Retaining, amount(200_000)));
        assert_eq!(deal.view.escrow.amendments, 1);
        for disputed_again in [false, true] {
            let mut deal = deal.clone();
            if disputed_again {
                deal.raise(APPLICANT).unwrap();
            }
            assert_eq!(deal.send(APPLICANT, &command), Err(other_stake));
            let moved = Command::Agree { split: &retained, consents: &consents };
            let (signer, expected, actual) = (APPLICANT, retained.hash(), undrawn.hash());
            let part = EscrowError::PartialAcceptance { signer, expected, actual };
            assert_eq!(deal.send(APPLICANT, &moved), Err(part), "they are to another division");
            let stale = EscrowError::WrongNonce { expected: 1, given: 0 };
            assert_eq!(deal.send(APPLICANT, &early), Err(stale), "a consent is for one division only");
            // New ones count.
            deal.agree(150_000).unwrap();
            assert_eq!((deal.status(), deal.view.escrow.amendments), (Status::Closed, 2));
            assert_eq!(deal.paid_to(BENEFICIARY), 600_000 + 150_000 + if is_disputed { 50_000 } else { 0 });
        }
        deal.fall_silent();
        assert!(deal.paid_to(BENEFICIARY) >= 799_500, "the retention was never divided");
    }
}

/// An amendment and a division share their numbers, so that a consent to either one is over with the next.
#[test]
fn a_division_counts_as_an_amendment() {
    let mut deal = funded();
    let split = deal.split(250_000);
    let consents = deal.consents(split.hash());
    deal.amend(agreement(), 0).unwrap();
    let command = Command::Agree { split: &split, consents: &consents };
    assert_eq!(deal.send(KEEPER, &command), Err(EscrowError::WrongNonce { expected: 1, given: 0 }));
    deal.agree(250_000).unwrap();
    assert_eq!(deal.view.escrow.amendments, 2);
}

/// All have agreed that nothing is held back any more: what was is due when nothing can be drawn any more, and nobody
/// can dispute it beyond the moment by which all is out.
#[test]
fn a_retention_that_is_amended_away_is_due_at_the_end() {
    let mut deal = equal_stakes();
    let mut without = deal.agreement;
    without.terms.retention = None;
    deal.amend(without, 0).unwrap();
    assert_eq!((deal.status(), deal.held()), (Status::Funded, 400_000));
    let mut disputed = deal.clone();
    deal.now = at(60);
    deal.settle(APPLICANT).unwrap();
    disputed.raise(BENEFICIARY).unwrap();
    disputed.now = disputed.now.after(days(29));
    disputed.settle(APPLICANT).unwrap();
    for mut deal in [deal, disputed] {
        assert_eq!((deal.status(), deal.retained_until()), (Status::Releasing, deal.now));
        assert!(deal.raise(APPLICANT).is_err());
        deal.settle(APPLICANT).unwrap();
        assert_eq!(deal.status(), Status::Closed);
    }
}

/// Nothing could be drawn any more, so the credit does not wait for its expiry.
#[test]
fn a_credit_that_is_amended_down_to_what_was_drawn_ends() {
    let end = |agreement: Agreement, left: u128| {
        let mut deal = Deal::funded(agreement, free());
        deal.present(300_000, 0).unwrap();
        deal.approve().unwrap();
        let mut smaller = agreement;
        smaller.terms.amount = amount(300_000 + left);
        deal.amend(smaller, 0).unwrap();
        assert_eq!(deal.paid_to(APPLICANT), 700_000 - left);
        assert_eq!(deal.view.escrow.book.available, amount(left));
        deal
    };
    let mut closed = end(agreement(), 0);
    assert_eq!((closed.view.escrow.stage, closed.status()), (Stage::Ended, Status::Closed));
    let message = florin_trade::state::Message::Present;
    let over = EscrowError::NotAllowed { message, status: Status::Closed };
    assert_eq!(closed.present(1, 0), Err(over));
    assert_eq!(end(agreement(), 1).status(), Status::Funded, "a unit is left");
    let mut retaining = end(retained(), 0);
    assert_eq!((retaining.status(), retaining.held()), (Status::Retaining, 30_000));
    retaining.fall_silent();
    let mut usance = agreement();
    usance.terms.payment = Payment::Usance { tenor: days(90), sight_share: bps(0) };
    let mut accepted = end(usance, 0);
    assert_eq!((accepted.status(), accepted.held()), (Status::Accepted, 300_000));
    accepted.fall_silent();
    assert_eq!(accepted.paid_to(BENEFICIARY) + accepted.paid_to(KEEPER), 300_000);
}

#[test]
fn an_amendment_forgets_which_documents_were_honoured() {
    let mut deal = funded();
    deal.present(300_000, 0).unwrap();
    deal.approve().unwrap();
    assert_eq!(deal.view.escrow.documents, 0b111);
    deal.amend(extended(), 0).unwrap();
    assert_eq!(deal.view.escrow.documents, 0, "another document may stand in the place now");
}

#[test]
fn what_is_consented_to_has_its_own_hash() {
    let one = consent_hash(7, &[1; 32], 0, at(1), keccak);
    for other in [
        consent_hash(8, &[1; 32], 0, at(1), keccak),
        consent_hash(7, &[2; 32], 0, at(1), keccak),
        consent_hash(7, &[1; 32], 1, at(1), keccak),
        consent_hash(7, &[1; 32], 0, at(2), keccak),
    ] {
        assert_ne!(one, other);
    }
    // A division is never an agreement, nor another division.
    let split = AgreedSplit::new([1; 32], false, amount(9), amount(5), keccak);
    for other in [
        AgreedSplit::new([2; 32], false, amount(9), amount(5), keccak),
        AgreedSplit::new([1; 32], true, amount(9), amount(5), keccak),
        AgreedSplit::new([1; 32], false, amount(8), amount(5), keccak),
        AgreedSplit::new([1; 32], false, amount(9), amount(6), keccak),
    ] {
        assert_ne!(split.hash(), other.hash());
    }
    let mut words = [[0; 32]; 5];
    words[0] = keccak(b"florin escrow split");
    (words[1], words[2][31], words[3][31], words[4][31]) = ([1; 32], 1, 9, 5);
    let retained = AgreedSplit::new([1; 32], true, amount(9), amount(5), keccak);
    assert_eq!(retained.hash(), keccak(words.as_flattened()));
}

/// A party signs an agreement, whoever brings it, until a moment.
#[test]
fn what_a_party_signs_names_the_agreement_and_the_deadline() {
    let mut words = [[0; 32]; 3];
    words[0] = keccak(b"Signing(bytes32 agreement,uint256 deadline)");
    words[1] = [5; 32];
    words[2][24..].copy_from_slice(&at(1).raw().to_be_bytes());
    assert_eq!(signing_hash(&[5; 32], at(1), keccak), keccak(words.as_flattened()));
    assert_ne!(signing_hash(&[5; 32], at(1), keccak), signing_hash(&[6; 32], at(1), keccak));
    assert_ne!(signing_hash(&[5; 32], at(1), keccak), signing_hash(&[5; 32], at(2), keccak));
}

#[test]
fn every_cell_of_the_agreement_counts_for_its_hash() {
    let hash = |change: Change| {
        let mut changed = agreement();
        change(&mut changed);
        changed.hash(keccak)
    };
    let changes: [Change; 9] = [
        |_| {},
        |agreement| agreement.dispute.pool = 2,
        |agreement| agreement.conditions.facts.oracle = common::ORACLE,
        |agreement| agreement.terms.details = [1; 32],
        |agreement| agreement.checklist.documents[7] = agreement.checklist.documents[0],
        |agreement| agreement.dispute.panel = 5,
        |agreement| agreement.conditions.tree.nodes[0] = Some(florin_trade::condition::Node::Fact(0)),
        |agreement| {
            agreement.conditions.facts.facts[0] = Some(florin_trade::condition::Fact::After { moment: at(0) });
        },
        |agreement| agreement.calendar.weekend = 1,
    ];
    let hashes: std::collections::BTreeSet<_> = changes.into_iter().map(hash).collect();
    assert_eq!(hashes.len(), 9);
}

fn issued_by(kind: DocumentKind, issuer: Address) -> Option<RequiredDocument> {
    Some(RequiredDocument { kind, issuer })
}

/// What cannot be agreed: each bound from just inside and just outside.
#[test]
fn terms_have_bounds() {
    let refused: [(Term, Change); 41] = [
        (Term::Amount, |agreement| agreement.terms.amount = amount(0)),
        (Term::Amount, |agreement| agreement.terms.amount = amount(MAXIMUM_AMOUNT + 1)),
        (Term::ToleranceMore, |agreement| agreement.terms.tolerance.more = bps(1_001)),
        (Term::ToleranceLess, |agreement| agreement.terms.tolerance.less = bps(1_001)),
        (Term::Decimals, |agreement| agreement.terms.asset.decimals = 25),
        (Term::Expiry, |agreement| agreement.terms.expiry = at(0)),
        (Term::Expiry, |agreement| agreement.terms.expiry = at(3 * 365 + 1)),
        (Term::LatestShipment, |agreement| agreement.terms.latest_shipment = at(61)),
        (Term::PresentationPeriod, |agreement| agreement.terms.presentation_period = days(366)),
        (Term::WorkingDays, |agreement| agreement.terms.examination.working_days = 0),
        (Term::WorkingDays, |agreement| agreement.terms.examination.working_days = 11),
        (Term::ExaminationLimit, |agreement| agreement.terms.examination.limit = days(9)),
        (Term::ExaminationLimit, |agreement| agreement.terms.examination.limit = days(61)),
        (Term::Response, |agreement| agreement.terms.response = days(0)),
        (Term::Tenor, |agreement| {
            agreement.terms.payment = Payment::Usance { tenor: days(731), sight_share: bps(0) };
        }),
        (Term::SightShare, |agreement| {
            agreement.terms.payment = Payment::Usance { tenor: days(1), sight_share: Bps::ONE };
        }),
        (Term::RetentionShare, |agreement| {
            agreement.terms.retention = Some(Retention { share: bps(5_001), until: at(100) });
        }),
        (Term::RetentionUntil, |agreement| {
            agreement.terms.retention = Some(Retention { share: bps(1), until: at(59) });
        }),
        (Term::DefaultSplit, |agreement| agreement.terms.default_split = bps(10_001)),
        (Term::MaximumFee, |agreement| agreement.terms.maximum_fee = bps(501)),
        (Term::Tip, |agreement| agreement.terms.tip = amount(10_001)),
        (Term::Weekend, |agreement| agreement.calendar.weekend = 0x7f),
        (Term::CalendarOffset, |agreement| agreement.calendar.offset_minutes = 841),
        (Term::WaysToBePaid, |agreement| agreement.checklist.documents = [None; 8]),
        (Term::TransportDocuments, |agreement| {
            agreement.checklist.documents[5] = agreement.checklist.documents[common::TRANSPORT];
        }),
        (Term::AttestorIsParty, |agreement| {
            let document = agreement.checklist.documents[2].unwrap();
            agreement.checklist.documents[2] = Some(RequiredDocument { issuer: BENEFICIARY, ..document });
        }),
        (Term::IssuerIsApplicant, |agreement| {
            agreement.checklist.documents[0] = issued_by(DocumentKind::Invoice, APPLICANT);
        }),
        (Term::IssuerIsApplicant, |agreement| {
            agreement.checklist.documents[7] = issued_by(DocumentKind::Other, APPLICANT);
        }),
        (Term::Issuer, |agreement| {
            agreement.checklist.documents[2] = issued_by(DocumentKind::Inspection, [0; 20]);
        }),
        (Term::PartialDrawings, |agreement| {
            agreement.terms.title = Some(common::REGISTRY);
        }),
        (Term::TransportDocuments, |agreement| {
            against_title(agreement);
            agreement.checklist.documents[TRANSPORT] = None;
        }),
        (Term::Title, |agreement| {
            against_title(agreement);
            agreement.terms.title = Some([0; 20]);
        }),
        (Term::ExpiryWorkingDay, |agreement| agreement.terms.expiry = at(62)),
        (Term::Panel, |agreement| agreement.dispute.panel = 2),
        (Term::Panel, |agreement| agreement.dispute.panel = 7),
        (Term::Offers, |agreement| agreement.dispute.offers = 9),
        (Term::OfferWindow, |agreement| agreement.dispute.offer_window = days(31)),
        (Term::Bond, |agreement| agreement.dispute.bond = amount(9_999)),
        (Term::ArbitrationFee, |agreement| agreement.dispute.fee = amount(50_001)),
        (Term::AppealFee, |agreement| agreement.dispute.appeal_fee = amount(60_001)),
        (Term::Reserve, |agreement| agreement.dispute.reserve = amount(AMOUNT + 1)),
    ];
    for (term, change) in refused {
        let mut agreement = agreement();
        change(&mut agreement);
        let error = Escrow::draft(&Sealed::new(agreement, keccak), at(0)).unwrap_err();
        let EscrowError::Terms(TermsError::OutOfBounds { term: found, actual, minimum, maximum }) = error else {
            panic!("{term:?}: {error}");
        };
        assert_eq!(found, term);
        assert!(actual < minimum || actual > maximum, "{term:?}");
    }
}

#[test]
fn a_title_is_known_by_the_transport_document() {
    let mut titled = agreement();
    against_title(&mut titled);
    assert_eq!(titled.validate(at(0)), Ok(()));
    let mut without = titled;
    without.checklist.documents[TRANSPORT] = None;
    let error = |actual, minimum, term| TermsError::OutOfBounds { term, actual, minimum, maximum: minimum };
    assert_eq!(without.validate(at(0)), Err(error(0, 1, Term::TransportDocuments).into()));
    without.terms.title = None;
    assert_eq!(without.validate(at(0)), Ok(()), "without a title there need not be one");
    let mut nowhere = titled;
    nowhere.terms.title = Some([0; 20]);
    assert_eq!(nowhere.validate(at(0)), Err(error(1, 0, Term::Title).into()));
}

/// The last second before the expiry falls on a working day of the place that counts, where documents are required.
#[test]
fn documents_can_be_presented_on_a_working_day_until_the_end() {
    let idle = TermsError::OutOfBounds { term: Term::ExpiryWorkingDay, actual: 0, minimum: 1, maximum: 1 };
    let idle = Err(EscrowError::Terms(idle));
    let until = |expiry| {
        let mut agreement = agreement();
        agreement.terms.expiry = expiry;
        agreement
    };
    // The first day is a Monday: the last second of the 61st day falls on a Friday.
    assert_eq!(until(at(61)).validate(at(0)), Ok(()));
    for expiry in [later(at(61), 1), at(62), at(63)] {
        assert_eq!(until(expiry).validate(at(0)), idle, "a weekend");
    }
    assert_eq!(until(later(at(63), 1)).validate(at(0)), Ok(()), "Monday has begun");
    let mut holiday = until(at(61));
    holiday.calendar = holiday.calendar.with_holiday(MONDAY + 60).unwrap();
    assert_eq!(holiday.validate(at(0)), idle);
    // Eight hours ahead the weekend begins earlier, and ends earlier.
    let ahead = |expiry| {
        let mut agreement = until(expiry);
        agreement.calendar.offset_minutes = 480;
        agreement
    };
    let midnight = DAY - 8 * 3_600;
    assert_eq!(ahead(later(at(60), midnight)).validate(at(0)), Ok(()));
    assert_eq!(ahead(later(at(60), midnight + 1)).validate(at(0)), idle);
    assert_eq!(ahead(later(at(62), midnight)).validate(at(0)), idle);
    assert_eq!(ahead(later(at(62), midnight + 1)).validate(at(0)), Ok(()));
    // Conditions hold on any day.
    let mut conditional = until(at(62));
    conditional.checklist = florin_trade::terms::Checklist::default();
    conditional.conditions.tree.nodes[0] = Some(florin_trade::condition::Node::Fact(0));
    conditional.conditions.facts.facts[0] = Some(florin_trade::condition::Fact::Signature { by: CARRIER });
    assert_eq!(conditional.validate(at(0)), Ok(()));
    // An amendment does not get around it.
    let mut deal = funded();
    assert_eq!(deal.amend(until(at(62)), 0).map(|_| ()), idle);
    deal.amend(until(at(61)), 0).unwrap();
}

#[test]
fn names_stand_in_one_place_only() {
    let changes: [Change; 6] = [
        |agreement| agreement.terms.beneficiary = APPLICANT,
        |agreement| agreement.terms.confirmer = Some(BENEFICIARY),
        |agreement| agreement.dispute.arbitration = APPLICANT,
        |agreement| agreement.dispute.fallback = BENEFICIARY,
        |agreement| agreement.dispute.fallback = ARBITRATION,
        |agreement| agreement.terms.applicant = [0; 20],
    ];
    for change in changes {
        let mut agreement = agreement();
        change(&mut agreement);
        let error = agreement.validate(at(0)).unwrap_err();
        assert!(matches!(error, EscrowError::Terms(TermsError::OutOfBounds { term: Term::Names, .. })), "{error}");
    }
    let mut carrier_confirms = agreement();
    carrier_confirms.terms.confirmer = Some(CARRIER);
    assert_eq!(carrier_confirms.validate(at(0)), Ok(()));
}

#[test]
fn milestones_are_the_whole_and_ask_for_documents() {
    let refused = |change: Change| {
        let mut agreement = agreement();
        by_milestones(&mut agreement);
        change(&mut agreement);
        match agreement.validate(at(0)).unwrap_err() {
            EscrowError::Terms(TermsError::OutOfBounds { term, .. }) => term,
            error => panic!("{error}"),
        }
    };
    assert_eq!(refused(|agreement| agreement.terms.amount = amount(1_000_001)), Term::MilestoneSum);
    assert_eq!(refused(|agreement| agreement.terms.tolerance.more = bps(1)), Term::ToleranceMore);
    assert_eq!(refused(|agreement| agreement.terms.partial_drawings = false), Term::PartialDrawings);
    assert_eq!(
        refused(|agreement| {
            agreement.checklist.milestones[3] = Some(Milestone { amount: amount(0), documents: 1 });
        }),
        Term::MilestoneAmount
    );
    for documents in [0, 0b1000] {
        let mut agreement = agreement();
        by_milestones(&mut agreement);
        agreement.checklist.milestones[0] = Some(Milestone { amount: amount(200_000), documents });
        let error = agreement.validate(at(0)).unwrap_err();
        let found = matches!(error, EscrowError::Terms(TermsError::OutOfBounds { term: Term::MilestoneDocuments, .. }));
        assert!(found, "{error}");
    }
}
