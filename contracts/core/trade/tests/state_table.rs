//! Every status with every message: legal, or its exact error. The table below is written by hand and knows nothing of
//! the code.
#![allow(clippy::unwrap_used)]
mod common;

use common::{
    agreement, amount, at, bps, days, keccak, papers, seats, snapshot, Deal, APPEAL_PANEL, APPLICANT, ARBITRATION,
    BENEFICIARY, FALLBACK, KEEPER, PANEL,
};
use florin_trade::condition::{Conditions, Evidence, Fact, Node};
use florin_trade::drawing::Acceptance;
use florin_trade::examination::{Discrepancies, Presenting};
use florin_trade::state::{Message, Stage, Status};
use florin_trade::terms::{Agreement, Payment, Retention, Sealed};
use florin_trade::{decide, Command, EscrowError, Outcome};
use florin_units::Timestamp;

/// Columns, from Draft to Closed.
const STATUSES: [Status; 17] = [
    Status::Draft,
    Status::Signed,
    Status::Funded,
    Status::Examining,
    Status::Complying,
    Status::Discrepant,
    Status::Expired,
    Status::Negotiating,
    Status::Hearing,
    Status::Fallback,
    Status::Ruled,
    Status::Appealed,
    Status::Decided,
    Status::Retaining,
    Status::Releasing,
    Status::Accepted,
    Status::Closed,
];

/// `x` legal; else the error: `.` NotAllowed, `s` AlreadySigned, `f` AlreadyFunded, `p` PresentationOpen, `e`
/// CreditExpired, `o` ExaminationOver, `n` SecondNotice, `d` AlreadyDisputed, `a` AlreadyAppealed.
const TABLE: [(Message, &str); 18] = [
    (Message::Sign, "xs..............."),
    (Message::Decline, "xx..............."),
    (Message::Fund, ".xffffffffffffff."),
    (Message::Present, "..xppxe.........."),
    (Message::Approve, "...xo............"),
    (Message::Notice, "...xon..........."),
    (Message::Waive, ".....x..........."),
    (Message::Settle, "....x.x.....x.x.."),
    (Message::Mature, "..xxxxxxxxxxxxxx."),
    (Message::Execute, "..x.............."),
    (Message::Raise, "..x..x.ddddddx..."),
    (Message::Offer, ".......x........."),
    (Message::AcceptOffer, ".......x........."),
    (Message::Rule, "........x..x....."),
    (Message::Appeal, "..........xa....."),
    (Message::RuleFallback, ".........x......."),
    (Message::Amend, "..x.............."),
    (Message::Agree, "..xx.xxxxx...x..."),
];

/// The moment has come: a condition that anybody may execute from the first day on.
fn terms_of_the_table() -> Agreement {
    let mut agreement = agreement();
    agreement.terms.payment = Payment::Usance { tenor: days(10), sight_share: bps(5_000) };
    agreement.terms.retention = Some(Retention { share: bps(1_000), until: at(200) });
    agreement.conditions = Conditions::default();
    agreement.conditions.tree.nodes[0] = Some(Node::Fact(0));
    agreement.conditions.facts.facts[0] = Some(Fact::After { moment: at(0) });
    agreement
}

/// A credit of which a part was drawn: an acceptance that has matured is unpaid, something is retained, the rest is
/// available.
fn drawn() -> Deal {
    let mut deal = Deal::funded(terms_of_the_table(), snapshot());
    deal.present(300_000, 0).unwrap();
    deal.approve().unwrap();
    deal.now = at(20);
    deal
}

fn examining() -> Deal {
    let mut deal = drawn();
    deal.present(200_000, 15).unwrap();
    deal
}

fn disputed() -> Deal {
    let mut deal = drawn();
    deal.raise(BENEFICIARY).unwrap();
    deal.offer(BENEFICIARY, 500_000).unwrap();
    deal
}

fn ruled() -> Deal {
    let mut deal = disputed();
    deal.now = at(25);
    deal.rule(&seats(PANEL, &[Some(1), Some(2), Some(3)])).unwrap();
    deal
}

fn ended() -> Deal {
    let mut deal = drawn();
    deal.now = at(60);
    deal.settle(APPLICANT).unwrap();
    deal
}

/// A deal in each status.
fn in_status(status: Status) -> Deal {
    let deal = match status {
        Status::Draft => Deal::draft(terms_of_the_table()),
        Status::Signed => Deal::signed(terms_of_the_table()),
        Status::Funded => drawn(),
        Status::Examining => examining(),
        Status::Complying => Deal { now: at(40), ..examining() },
        Status::Discrepant => {
            let mut deal = examining();
            deal.notice(Discrepancies::OTHER).unwrap();
            deal
        }
        Status::Expired => Deal { now: at(60), ..drawn() },
        Status::Negotiating => disputed(),
        Status::Hearing => Deal { now: at(25), ..disputed() },
        Status::Fallback => Deal { now: at(39), ..disputed() },
        Status::Ruled => ruled(),
        Status::Appealed => {
            let mut deal = ruled();
            deal.appeal(BENEFICIARY).unwrap();
            deal
        }
        Status::Decided => Deal { now: at(49), ..disputed() },
        Status::Retaining => ended(),
        Status::Releasing => Deal { now: at(200), ..ended() },
        Status::Accepted => {
            let mut deal = Deal { now: at(200), ..ended() };
            deal.settle(APPLICANT).unwrap();
            deal
        }
        Status::Closed => {
            let mut deal = in_status(Status::Accepted);
            deal.mature(0, APPLICANT).unwrap();
            deal
        }
    };
    assert_eq!(deal.status(), status);
    deal
}

/// Sends a message that is right in everything but perhaps the status.
fn send(deal: &Deal, message: Message) -> Result<Outcome, EscrowError> {
    let mut deal = deal.clone();
    let agreement = deal.agreement;
    let rules = agreement.dispute;
    match message {
        Message::Sign => deal.sign(APPLICANT),
        Message::Decline => deal.send(APPLICANT, &Command::Decline),
        Message::Fund => deal.fund(snapshot()),
        Message::Present => {
            let shown = papers(&agreement.checklist, deal.now);
            let presenting = Presenting {
                checklist: &agreement.checklist,
                calendar: &agreement.calendar,
                amount: amount(100_000),
                milestone: None,
                papers: &shown,
                on_approval: false,
            };
            deal.send(BENEFICIARY, &Command::Present(&presenting))
        }
        Message::Approve => deal.approve(),
        Message::Notice => deal.notice(Discrepancies::QUANTITY),
        Message::Waive => deal.waive(),
        Message::Settle => deal.settle(KEEPER),
        Message::Mature => {
            let none = Acceptance { amount: amount(1), maturity: Timestamp::ZERO, paid: false };
            let acceptance = deal.acceptances.first().copied().unwrap_or(none);
            deal.send(KEEPER, &Command::Mature { number: 0, acceptance })
        }
        Message::Execute => deal.execute(&Evidence::default(), KEEPER),
        Message::Raise => {
            let is_retained = deal.status() == Status::Retaining;
            deal.raise(if is_retained { APPLICANT } else { BENEFICIARY })
        }
        Message::Offer => deal.offer(APPLICANT, 1),
        Message::AcceptOffer => deal.accept(APPLICANT, 500_000),
        Message::Rule => {
            let first = [Some(1), None, Some(3)];
            let second = [Some(1), Some(2), Some(3), Some(4), None, None, None];
            let is_appeal = deal.status() == Status::Appealed;
            let seats = if is_appeal { seats(APPEAL_PANEL, &second) } else { seats(PANEL, &first) };
            deal.send(ARBITRATION, &Command::Rule { rules: &rules, seats: &seats })
        }
        Message::Appeal => deal.appeal(APPLICANT),
        Message::RuleFallback => {
            deal.send(FALLBACK, &Command::RuleFallback { rules: &rules, to_beneficiary: amount(1) })
        }
        Message::Amend => {
            let mut amended = agreement;
            amended.terms.details = [0xab; 32];
            let sealed = Sealed::new(amended, keccak);
            let consents = deal.consents(sealed.hash());
            deal.send(KEEPER, &Command::Amend { amended: &sealed, consents: &consents, received: amount(0) })
        }
        Message::Agree => {
            let split = deal.split(1);
            let consents = deal.consents(split.hash());
            deal.send(KEEPER, &Command::Agree { split: &split, consents: &consents })
        }
    }
}

fn expected_error(cell: char, message: Message, deal: &Deal) -> EscrowError {
    let (status, now) = (deal.status(), deal.now);
    match cell {
        '.' => EscrowError::NotAllowed { message, status },
        's' => EscrowError::AlreadySigned,
        'f' => EscrowError::AlreadyFunded,
        'p' => EscrowError::PresentationOpen,
        'e' => EscrowError::CreditExpired { expiry: at(60), now },
        'o' => match deal.view.escrow.stage {
            Stage::Examining { until } => EscrowError::ExaminationOver { ended_at: until, now },
            other => panic!("{other:?}"),
        },
        'n' => EscrowError::SecondNotice,
        'd' => EscrowError::AlreadyDisputed,
        'a' => EscrowError::AlreadyAppealed,
        other => panic!("no error is written {other}"),
    }
}

#[test]
fn every_message_in_every_status_is_legal_or_has_its_exact_error() {
    let mut pairs = 0;
    for (place, status) in STATUSES.into_iter().enumerate() {
        let deal = in_status(status);
        for (message, row) in TABLE {
            assert_eq!(row.len(), STATUSES.len());
            let cell = row.chars().nth(place).unwrap();
            let result = send(&deal, message);
            assert_eq!(message.is_legal_in(status), cell == 'x', "{message:?} in {status:?}");
            if cell == 'x' {
                let outcome = result.unwrap_or_else(|error| panic!("{message:?} in {status:?}: {error}"));
                assert!(outcome.view.escrow.book.is_balanced());
            } else {
                assert_eq!(result, Err(expected_error(cell, message, &deal)), "{message:?} in {status:?}");
            }
            pairs += 1;
        }
    }
    assert_eq!(pairs, 17 * 18);
}

/// The rows in the documentation of the crate are the rows of the table above.
#[test]
fn the_documentation_shows_this_table() {
    let source = include_str!("../src/lib.rs");
    for (message, row) in TABLE {
        let cells: Vec<String> = row.chars().map(|cell| format!("{cell:>4}")).collect();
        let name = format!("{message:?}");
        let line = format!("//! {name:<13}{}", cells.concat());
        assert!(source.contains(&line), "{line}");
    }
}

#[test]
fn borders_of_time_belong_to_the_later_status() {
    for (deal, border, earlier, later) in [
        (drawn(), at(60), Status::Funded, Status::Expired),
        (examining(), at(26), Status::Examining, Status::Complying),
        (in_status(Status::Discrepant), at(60), Status::Discrepant, Status::Expired),
        (disputed(), at(25), Status::Negotiating, Status::Hearing),
        (disputed(), at(39), Status::Hearing, Status::Fallback),
        (disputed(), at(49), Status::Fallback, Status::Decided),
        (ruled(), at(32), Status::Ruled, Status::Decided),
        (in_status(Status::Appealed), at(46), Status::Appealed, Status::Decided),
        (ended(), at(200), Status::Retaining, Status::Releasing),
    ] {
        let status = |now| deal.view.escrow.status(&deal.view.terms, now);
        assert_eq!(status(common::before(border)), earlier);
        assert_eq!(status(border), later);
    }
}

/// From every status: everybody is silent, and by the moment that could be read at signing all money is out.
#[test]
fn silence_in_every_status_holds_no_money() {
    for status in STATUSES {
        let mut deal = in_status(status);
        assert!(deal.t_max() <= florin_trade::dispute::t_max(&terms_of_the_table().terms, &common::rules()));
        deal.fall_silent();
    }
}

/// What a dispute or an agreement is about: what was not drawn, and in the end what is retained.
#[test]
fn the_stake_in_every_status() {
    for status in STATUSES {
        let expected = match status {
            Status::Draft | Status::Signed | Status::Accepted | Status::Closed => 0,
            // A tenth of 300,000 less the fee.
            Status::Retaining | Status::Releasing => 29_850,
            _ => 700_000,
        };
        assert_eq!(in_status(status).stake(), amount(expected), "{status:?}");
    }
    let mut deal = ended();
    deal.raise(APPLICANT).unwrap();
    for day in [64, 65, 79, 89] {
        deal.now = at(day);
        assert_eq!(deal.stake(), amount(29_850), "{:?}", deal.status());
    }
}

/// Where the table lets a message through, the rule of the message lets one party through only.
#[test]
fn who_goes_to_dispute_in_which_status() {
    let right = [(Status::Funded, BENEFICIARY), (Status::Discrepant, BENEFICIARY), (Status::Retaining, APPLICANT)];
    for (status, expected) in right {
        let deal = in_status(status);
        for caller in [APPLICANT, BENEFICIARY, KEEPER, ARBITRATION, FALLBACK] {
            let result = deal.clone().raise(caller).map(|_| ());
            let wrong = Err(EscrowError::WrongCaller { expected, caller });
            assert_eq!(result, if caller == expected { Ok(()) } else { wrong }, "{status:?}");
        }
    }
    // What is being examined is decided by the applicant or by silence.
    for caller in [APPLICANT, BENEFICIARY, KEEPER] {
        let refused = EscrowError::NotAllowed { message: Message::Raise, status: Status::Examining };
        assert_eq!(examining().raise(caller), Err(refused));
    }
}

/// A refusal says who may not, also where the status would let the message through.
#[test]
fn strangers_are_refused_by_name() {
    for (status, message) in [
        (Status::Draft, Command::Decline),
        (Status::Examining, Command::Approve { presentation: examining().named() }),
        (Status::Discrepant, Command::Waive { presentation: examining().named() }),
        (Status::Negotiating, Command::AcceptOffer { to_beneficiary: amount(500_000) }),
    ] {
        let deal = in_status(status);
        let result = decide(&deal.view, &message, &common::context(KEEPER, deal.now));
        let wrong = EscrowError::WrongCaller { expected: APPLICANT, caller: KEEPER };
        let no_party = EscrowError::NotParty { caller: KEEPER };
        assert!(result == Err(wrong) || result == Err(no_party), "{status:?}: {result:?}");
    }
}
