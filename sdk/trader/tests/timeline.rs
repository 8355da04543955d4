//! What follows where everybody is silent, who may do something, and how it is drawn.
#![allow(clippy::unwrap_used)]

mod common;

use std::collections::BTreeMap;

use common::*;
use florin_trade::{
    condition::{Conditions, Evidence, Fact, Node},
    decide,
    decision::Screening,
    examination::Papers,
    fee::Snapshot,
    right::TitleKey,
    state::{Message, Phase, Stage, Status},
    terms::{Agreement, Retention},
    Address, Command, Context, EscrowError,
};
use florin_trader::{
    amount::Unit,
    names::NoNames,
    timeline::{
        callers, message_word, role_word, status_word, Event, Recipient, Records, Role, Style, Timeline, TimelineError,
        MESSAGES, STATUSES,
    },
    Names,
};
use florin_units::{Amount, Seconds, Timestamp};
use parity_scale_codec::Decode;
use unicode_width::UnicodeWidthStr;

const HOUR: u64 = 3_600;

fn later(moment: Timestamp, seconds: u64) -> Timestamp {
    moment.after(Seconds::from_raw(seconds))
}

fn with(change: impl FnOnce(&mut Agreement)) -> Agreement {
    let mut agreement = agreement();
    change(&mut agreement);
    agreement
}

fn presented(change: impl FnOnce(&mut Agreement), drawn: u128) -> Deal {
    let mut deal = Deal::funded(with(change));
    deal.now = at(10);
    deal.present(drawn, 8);
    deal
}

fn refused(change: impl FnOnce(&mut Agreement), drawn: u128) -> Deal {
    let mut deal = presented(change, drawn);
    deal.now = at(12);
    deal.notice();
    deal
}

fn disputed() -> Deal {
    let mut deal = refused(|_| {}, AMOUNT / 2);
    deal.now = at(13);
    deal.raise(BENEFICIARY);
    deal
}

fn ruled(award: u128) -> Deal {
    let mut deal = disputed();
    deal.now = at(19);
    deal.rule(100, &[award; 3]);
    deal
}

fn against_title(agreement: &mut Agreement) {
    agreement.terms.title = Some(REGISTRY);
    agreement.terms.partial_drawings = false;
}

/// Credits in every state that there is, some of them in several ways.
fn situations() -> Vec<(&'static str, Deal)> {
    let mut all: Vec<(&'static str, Deal)> = vec![
        ("drafted", Deal::draft(agreement())),
        ("signed", Deal::signed(agreement())),
        ("funded", Deal::funded(agreement())),
        ("funded by usance", Deal::funded(with(by_usance))),
        ("presented", presented(|_| {}, AMOUNT / 2)),
        ("presented in full", presented(|_| {}, AMOUNT)),
        ("presented with retention", presented(with_retention, AMOUNT)),
        ("presented by usance", presented(by_usance, AMOUNT / 2)),
        (
            "presented by usance with retention",
            presented(
                |a| {
                    by_usance(a);
                    with_retention(a)
                },
                AMOUNT,
            ),
        ),
        ("presented against a title", presented(against_title, AMOUNT)),
        ("refused", refused(|_| {}, AMOUNT / 2)),
        ("refused against a title", refused(against_title, AMOUNT)),
        ("in dispute about a refusal", disputed()),
        ("ruled for the seller", ruled(AMOUNT)),
        ("ruled for the buyer", ruled(0)),
        ("ruled in between", ruled(AMOUNT / 3)),
    ];
    let mut late = presented(|_| {}, AMOUNT / 2);
    late.now = at(40);
    all.push(("honoured by silence, and nobody has settled", late));
    let mut expired = Deal::funded(agreement());
    expired.now = at(90);
    all.push(("expired, and nobody has settled", expired));
    let mut undecided = disputed();
    undecided.now = at(80);
    all.push(("decided by nobody, and nobody has settled", undecided));
    for (name, day) in [("with the panel", 20), ("with the fallback", 34)] {
        let mut heard = disputed();
        heard.now = at(day);
        all.push((name, heard));
    }
    let mut offered = disputed();
    offered.offer(APPLICANT, AMOUNT / 4);
    offered.offer(BENEFICIARY, AMOUNT / 2);
    all.push(("with offers", offered.clone()));
    offered.now = at(19);
    offered.rule(100, &[AMOUNT / 4, AMOUNT / 4, AMOUNT / 4]);
    all.push(("ruled as the buyer has offered", offered));
    let mut appealed = ruled(AMOUNT / 3);
    appealed.now = at(20);
    appealed.appeal(APPLICANT);
    all.push(("appealed", appealed.clone()));
    appealed.now = at(25);
    appealed.rule(150, &[0; 7]);
    all.push(("ruled on appeal", appealed));
    let mut approved = Deal::funded(agreement());
    approved.now = at(10);
    approved.show(AMOUNT / 2, None, &Papers::default(), true);
    approved.raise(BENEFICIARY);
    all.push(("in dispute about what was presented on approval", approved));
    let mut late_end = refused(with_retention, AMOUNT / 2);
    late_end.now = at(13);
    late_end.raise(BENEFICIARY);
    late_end.now = at(31);
    late_end.rule(100, &[AMOUNT / 2; 3]);
    all.push(("ruled, with money that is retained", late_end));
    // Silence honours it after the day on which what is retained was to be due: then it is due a time to respond later.
    let at_the_end = |agreement: &mut Agreement| {
        agreement.terms.latest_shipment = at(55);
        agreement.terms.retention = Some(Retention { share: bps(1_000), until: at(60) });
    };
    let mut drawn_late = presented(at_the_end, AMOUNT / 2);
    drawn_late.approve();
    drawn_late.now = at(59);
    drawn_late.present(AMOUNT / 2, 50);
    all.push(("drawn at the last moment, with money that is retained", drawn_late));
    let mut undrawn = Deal::funded(agreement());
    undrawn.raise(BENEFICIARY);
    all.push(("in dispute before anything was presented", undrawn));
    let mut retained = presented(with_retention, AMOUNT);
    retained.approve();
    all.push(("retaining", retained.clone()));
    let mut released = retained.clone();
    released.now = at(130);
    all.push(("releasing", released));
    retained.now = at(100);
    retained.raise(APPLICANT);
    all.push(("in dispute about the retention", retained));
    let mut accepted = presented(by_usance, AMOUNT);
    accepted.approve();
    all.push(("accepted", accepted.clone()));
    accepted.now = at(150);
    all.push(("matured, and nobody had it paid", accepted));
    let mut twice = presented(by_usance, AMOUNT / 4);
    twice.approve();
    twice.now = at(20);
    twice.present(AMOUNT / 4, 18);
    twice.approve();
    all.push(("two acceptances, and half is not drawn", twice.clone()));
    twice.now = at(30);
    twice.raise(BENEFICIARY);
    all.push(("two acceptances, and half in dispute", twice));
    let mut milestone = Deal::funded(with(|a| {
        by_milestones(a);
        with_retention(a)
    }));
    milestone.now = at(10);
    let papers = papers(&milestone.agreement.checklist, at(8));
    milestone.show(AMOUNT / 2, Some(1), &papers, false);
    all.push(("a milestone presented", milestone.clone()));
    milestone.approve();
    all.push(("a milestone paid", milestone));
    let mut approval = Deal::funded(agreement());
    approval.now = at(59);
    approval.show(AMOUNT / 2, None, &Papers::default(), true);
    all.push(("on approval, near the expiry", approval));
    let mut closed = presented(|_| {}, AMOUNT);
    closed.approve();
    all.push(("closed", closed));
    for (_, deal) in &mut all {
        // Some of the proceeds are somebody else's.
        deal.assign(3_333);
    }
    all
}

/// The clock goes on by hours, and whoever sees that something is due has it done.
fn step_by_step(deal: &Deal) -> (Deal, Vec<(Timestamp, Message)>) {
    let mut deal = deal.clone();
    deal.paid.clear();
    let mut sent = Vec::new();
    let last = later(deal.view.escrow.t_max(&deal.view.terms, &deal.agreement.dispute), 400 * DAY);
    while deal.now <= last {
        while deal.send(KEEPER, &Command::Settle).is_ok() {
            sent.push((deal.now, Message::Settle));
        }
        for number in 0..deal.acceptances.len() {
            let acceptance = deal.acceptances[number];
            if deal.send(KEEPER, &Command::Mature { number: number as u8, acceptance }).is_ok() {
                sent.push((deal.now, Message::Mature));
            }
        }
        deal.now = later(deal.now, HOUR);
    }
    (deal, sent)
}

#[test]
fn what_silence_brings_is_what_settling_step_by_step_brings() {
    let situations = situations();
    assert!(situations.len() >= 40, "{}", situations.len());
    for (name, deal) in &situations {
        let timeline = deal.timeline();
        let (end, sent) = step_by_step(deal);
        let mut expected: BTreeMap<Recipient, u128> = BTreeMap::new();
        for (account, amount) in &end.paid {
            let to = if *account == KEEPER { Recipient::Sender } else { Recipient::Account(*account) };
            *expected.entry(to).or_default() += amount;
        }
        let totals: BTreeMap<Recipient, u128> =
            timeline.totals().into_iter().map(|(to, amount)| (to, amount.raw())).collect();
        assert_eq!(totals, expected, "{name}");
        // The same messages, each within the hour before somebody noticed.
        let due = timeline.entries.iter().filter_map(|entry| match entry.event {
            Event::Settled { .. } => Some((entry.moment, Message::Settle)),
            Event::Matured { .. } => Some((entry.moment, Message::Mature)),
            _ => None,
        });
        let due: Vec<(Timestamp, Message)> = due.collect();
        assert_eq!(due.len(), sent.len(), "{name}");
        for ((moment, message), (noticed, noticed_message)) in due.iter().zip(&sent) {
            assert_eq!(message, noticed_message, "{name}");
            assert!(
                moment <= noticed && noticed.since(*moment) < Seconds::from_raw(HOUR),
                "{name}: {moment} {noticed}"
            );
        }
        assert_eq!(timeline.left.raw(), end.held(), "{name}");
    }
}

#[test]
fn silence_keeps_and_makes_no_money_and_leaves_none() {
    for (name, deal) in situations() {
        let timeline = deal.timeline();
        let paid: u128 = timeline.totals().iter().map(|(_, amount)| amount.raw()).sum();
        assert_eq!(timeline.held.raw(), deal.held(), "{name}");
        assert_eq!(paid + timeline.left.raw(), deal.held(), "{name}");
        assert_eq!(timeline.left, Amount::ZERO, "{name}");
        assert!(timeline.silent_end().is_none_or(|end| end <= timeline.t_max.max(deal.now)), "{name}");
    }
}

#[test]
fn entries_stand_in_the_order_of_time_and_the_next_one_is_the_first_to_come() {
    for (name, deal) in situations() {
        let timeline = deal.timeline();
        let moments: Vec<Timestamp> = timeline.entries.iter().map(|entry| entry.moment).collect();
        assert!(moments.is_sorted(), "{name}");
        let past = |event: &Event| matches!(event, Event::Shipped | Event::Presented);
        for (place, entry) in timeline.entries.iter().enumerate() {
            let before = timeline.next.is_none_or(|next| place < next);
            assert_eq!(before, entry.moment < deal.now || past(&entry.event), "{name}: {entry:?}");
        }
        assert_eq!(timeline.status, deal.status(), "{name}");
        let is_over = matches!(timeline.status, Status::Closed);
        assert_eq!(timeline.next_entry().is_none(), is_over, "{name}");
    }
}

#[test]
fn between_two_entries_the_status_stands_still() {
    for (name, deal) in situations() {
        let timeline = deal.timeline();
        // Until the first message the records are those of now, and the rules can be asked at every moment.
        let is_message = |event: &Event| matches!(event, Event::Settled { .. } | Event::Matured { .. });
        let first = timeline.entries.iter().find(|entry| is_message(&entry.event)).map(|entry| entry.moment);
        let until = first.unwrap_or(timeline.t_max).max(deal.now);
        let mut expected = deal.status();
        let mut now = deal.now;
        while now < until {
            for entry in timeline.entries.iter().filter(|entry| entry.moment <= now && entry.moment > deal.now) {
                if let Event::Moves { to, .. } = entry.event {
                    expected = to;
                }
            }
            let mut stood = deal.clone();
            stood.now = now;
            assert_eq!(stood.status(), expected, "{name} at {now}");
            now = later(now, 6 * HOUR);
        }
    }
}

/// Whether somebody is refused because of who it is.
fn is_refused_as(deal: &Deal, message: Message, caller: Address) -> bool {
    let Agreement { checklist, calendar, dispute: rules, conditions, .. } = deal.agreement;
    let (escrow, presentation) = (deal.view.escrow, deal.named());
    let (papers, evidence) = (papers(&checklist, at(8)), Evidence::default());
    let presenting = florin_trade::examination::Presenting {
        checklist: &checklist,
        calendar: &calendar,
        amount: amount(AMOUNT / 2),
        milestone: None,
        papers: &papers,
        on_approval: true,
    };
    let split = florin_trade::amendment::AgreedSplit::new(
        escrow.agreement,
        false,
        Amount::ZERO,
        Amount::ZERO,
        florin_trader::keccak,
    );
    let sealed = florin_trade::terms::Sealed::new(deal.agreement, florin_trader::keccak);
    let (seats, consents) = ([None; 11], [None; 3]);
    let command = match message {
        Message::Sign => Command::Sign { agreement: escrow.agreement },
        Message::Decline => Command::Decline,
        Message::Fund => {
            let agreement = escrow.agreement;
            let (rules, received) = (&deal.agreement.dispute, amount(AMOUNT));
            Command::Fund { agreement, rules, received, snapshot: Snapshot::default(), decimals: 6 }
        }
        Message::Present => Command::Present(&presenting),
        Message::Approve => Command::Approve { presentation },
        Message::Notice => Command::Notice {
            presentation,
            discrepancies: florin_trade::examination::Discrepancies::OTHER,
            reasons: [0; 32],
        },
        Message::Waive => Command::Waive { presentation },
        Message::Settle => Command::Settle,
        Message::Mature => Command::Mature {
            number: 0,
            acceptance: deal.acceptances.first().copied().unwrap_or(florin_trade::drawing::Acceptance {
                amount: Amount::ZERO,
                maturity: Timestamp::ZERO,
                paid: false,
            }),
        },
        Message::Execute => Command::Execute { conditions: &conditions, checklist: &checklist, evidence: &evidence },
        Message::Raise => Command::Raise { rules: &rules, received: rules.bond },
        Message::Offer => Command::Offer { rules: &rules, to_beneficiary: Amount::ZERO },
        Message::AcceptOffer => Command::AcceptOffer { to_beneficiary: Amount::ZERO },
        Message::Rule => Command::Rule { rules: &rules, seats: &seats },
        Message::Appeal => Command::Appeal { rules: &rules, received: rules.appeal_bond },
        Message::RuleFallback => Command::RuleFallback { rules: &rules, to_beneficiary: Amount::ZERO },
        Message::Amend => Command::Amend { amended: &sealed, consents: &consents, received: Amount::ZERO },
        Message::Agree => Command::Agree { split: &split, consents: &consents },
    };
    let context = Context { caller, now: deal.now, screening: Screening::Clear };
    let error = decide(&deal.view, &command, &context).err();
    matches!(error, Some(EscrowError::WrongCaller { .. } | EscrowError::NotParty { .. }))
}

#[test]
fn the_table_of_callers_is_what_the_rules_ask_for() {
    let mut seen = Vec::new();
    for (name, deal) in situations() {
        let status = deal.status();
        for message in MESSAGES.into_iter().filter(|message| message.is_legal_in(status)) {
            seen.push((message, status));
            let known = callers(message, status);
            let is_open = known.iter().any(|role| matches!(role, Role::Anyone | Role::AllTogether));
            for (role, account) in [
                (Role::Applicant, APPLICANT),
                (Role::Beneficiary, BENEFICIARY),
                (Role::Arbitration, ARBITRATION),
                (Role::Fallback, FALLBACK),
                (Role::Anyone, KEEPER),
            ] {
                let may = is_open || known.contains(&role);
                assert_eq!(is_refused_as(&deal, message, account), !may, "{name}: {message:?} by {role:?}");
            }
        }
    }
    // Every legal pair was asked.
    for status in STATUSES {
        for message in MESSAGES {
            let is_legal = message.is_legal_in(status);
            assert_eq!(!callers(message, status).is_empty(), is_legal);
            assert!(!is_legal || seen.contains(&(message, status)), "{message:?} in {status:?} was not asked");
        }
    }
}

#[test]
fn the_lists_have_every_message_and_status_and_each_has_its_word() {
    for (place, message) in MESSAGES.iter().enumerate() {
        assert_eq!(Message::decode(&mut &[place as u8][..]), Ok(*message));
        assert!(MESSAGES.iter().filter(|other| message_word(**other) == message_word(*message)).count() == 1);
    }
    assert!(Message::decode(&mut &[MESSAGES.len() as u8][..]).is_err());
    for (place, status) in STATUSES.iter().enumerate() {
        assert_eq!(Status::decode(&mut &[place as u8][..]), Ok(*status));
        assert!(STATUSES.iter().filter(|other| status_word(**other) == status_word(*status)).count() == 1);
    }
    assert!(Status::decode(&mut &[STATUSES.len() as u8][..]).is_err());
    assert!(Role::ALL.iter().all(|role| !role_word(*role).is_empty()));
}

#[test]
fn only_what_the_rules_would_take_is_offered() {
    let both = vec![Role::Applicant, Role::Beneficiary];
    let mut draft = Deal::draft(agreement());
    assert_eq!(draft.timeline().may(Message::Sign), both);
    let hash = draft.view.escrow.agreement;
    draft.send(APPLICANT, &Command::Sign { agreement: hash }).unwrap();
    assert_eq!(draft.timeline().may(Message::Sign), [Role::Beneficiary], "who has signed does not sign again");
    let signed = Deal::signed(agreement());
    let pays: Vec<Amount> =
        signed.timeline().acts.iter().filter(|act| act.message == Message::Fund).map(|act| act.pays).collect();
    assert_eq!(pays, [amount(AMOUNT + 60_000_000)]);
    let funded = Deal::funded(agreement());
    assert_eq!(funded.timeline().may(Message::Raise), [Role::Beneficiary]);
    assert_eq!(funded.timeline().may(Message::Execute), [], "there are no conditions");
    assert_eq!(funded.timeline().may(Message::Mature), [], "nothing has matured");
    assert_eq!(presented(|_| {}, AMOUNT).timeline().may(Message::Notice), [Role::Applicant]);
    // After three notices neither side can go on like that.
    let mut stubborn = presented(|_| {}, AMOUNT / 2);
    stubborn.notice();
    for _ in 0..2 {
        assert_eq!(stubborn.timeline().may(Message::Present), [Role::Beneficiary]);
        stubborn.present(AMOUNT / 2, 8);
        stubborn.notice();
    }
    assert_eq!(stubborn.timeline().may(Message::Present), []);
    assert_eq!(stubborn.timeline().may(Message::Waive), [Role::Applicant]);
    assert_eq!(stubborn.timeline().may(Message::Raise), [Role::Beneficiary]);
    // A title that is not in custody is no object of a dispute.
    let title = Deal::funded(with(against_title));
    assert_eq!(title.timeline().may(Message::Raise), []);
    assert_eq!(refused(against_title, AMOUNT).timeline().may(Message::Raise), [Role::Beneficiary]);
    let mut retaining = presented(with_retention, AMOUNT);
    retaining.approve();
    assert_eq!(retaining.timeline().may(Message::Raise), [Role::Applicant]);
    // Offers are accepted by the side that did not make them.
    let mut offered = disputed();
    assert_eq!(offered.timeline().may(Message::AcceptOffer), []);
    offered.offer(APPLICANT, 1);
    assert_eq!(offered.timeline().may(Message::AcceptOffer), [Role::Beneficiary]);
    // Documents are not presented once the credit has expired, though a refusal is still open.
    let mut expired = refused(|a| a.terms.response = days(60), AMOUNT / 2);
    assert_eq!(expired.timeline().may(Message::Present), [Role::Beneficiary]);
    expired.now = at(61);
    assert_eq!(expired.status(), Status::Discrepant);
    assert_eq!(expired.timeline().may(Message::Present), []);
    assert_eq!(expired.timeline().may(Message::Waive), [Role::Applicant]);
    // A matured acceptance can be paid.
    let mut matured = presented(by_usance, AMOUNT);
    matured.approve();
    matured.now = at(150);
    assert_eq!(matured.timeline().may(Message::Mature), [Role::Anyone]);
}

#[test]
fn what_is_retained_is_due_a_time_to_respond_after_the_end() {
    let (_, deal) = situations().into_iter().find(|(name, _)| name.starts_with("drawn at the last moment")).unwrap();
    let entries = deal.timeline().entries;
    let settled = |expected: Status| {
        let is_it = |event: &Event| matches!(event, Event::Settled { status } if *status == expected);
        entries.iter().find(|entry| is_it(&entry.event)).unwrap().moment
    };
    assert!(settled(Status::Complying) > at(60));
    assert_eq!(settled(Status::Releasing), settled(Status::Complying).after(deal.agreement.terms.response));
}

#[test]
fn the_title_goes_where_the_money_does_not() {
    let goes_to = |deal: &Deal| deal.timeline().entries.iter().find_map(|entry| entry.title_to);
    let honoured = presented(against_title, AMOUNT);
    assert_eq!(honoured.view.escrow.title, Some(TitleKey { issuer: CARRIER, document: [2; 32] }));
    assert_eq!(goes_to(&honoured), Some(APPLICANT));
    assert_eq!(goes_to(&refused(against_title, AMOUNT)), Some(BENEFICIARY));
    assert_eq!(goes_to(&presented(|_| {}, AMOUNT)), None);
}

#[test]
fn conditions_that_need_no_proof_are_told() {
    let mut conditions = Conditions::default();
    conditions.tree.nodes[..3].copy_from_slice(&[Some(Node::Fact(0)), Some(Node::Fact(1)), Some(Node::Any(2))]);
    conditions.facts.facts[0] = Some(Fact::After { moment: at(20) });
    conditions.facts.facts[1] = Some(Fact::Signature { by: INSPECTOR });
    let deal = Deal::funded(with(|a| a.conditions = conditions));
    let timeline = deal.timeline();
    let told: Vec<Timestamp> = timeline
        .entries
        .iter()
        .filter(|entry| entry.event == Event::ConditionsHold)
        .map(|entry| entry.moment)
        .collect();
    assert_eq!(told, [at(20)]);
    let mut executed = deal.clone();
    executed.now = at(19);
    assert!(executed.execute(&Evidence::default()).is_err());
    executed.now = at(20);
    assert!(executed.execute(&Evidence::default()).is_ok());
    // Silence is silence all the same: nobody has sent the message.
    assert_eq!(timeline.totals().len(), 2);
}

#[test]
fn records_that_do_not_belong_together_are_refused() {
    let deal = presented(by_usance, AMOUNT);
    let mut other = deal.agreement;
    other.terms.tip = Amount::ZERO;
    let records = Records { agreement: &other, ..deal.records() };
    assert_eq!(Timeline::new(&records, deal.now), Err(TimelineError::OtherAgreement));
    let records = Records { presentation: None, ..deal.records() };
    assert!(matches!(
        Timeline::new(&records, deal.now),
        Err(TimelineError::Records(EscrowError::RecordMissing { .. }))
    ));
    let mut accepted = deal.clone();
    accepted.approve();
    let records = Records { acceptances: &[], ..accepted.records() };
    assert_eq!(Timeline::new(&records, deal.now), Err(TimelineError::Acceptances { expected: 1, given: 0 }));
}

#[test]
fn each_stage_has_its_moments() {
    // A phase that this test does not know would need moments of its own.
    for (name, deal) in situations() {
        let timeline = deal.timeline();
        let moves: Vec<(Status, Status)> = timeline
            .entries
            .iter()
            .filter_map(|entry| if let Event::Moves { from, to } = entry.event { Some((from, to)) } else { None })
            .collect();
        match (deal.view.escrow.stage, deal.status()) {
            (Stage::Examining { .. }, Status::Examining) => {
                assert_eq!(moves[0], (Status::Examining, Status::Complying), "{name}");
            }
            (Stage::Disputed(Phase::Heard { .. }), Status::Negotiating) => assert_eq!(
                moves[..3],
                [
                    (Status::Negotiating, Status::Hearing),
                    (Status::Hearing, Status::Fallback),
                    (Status::Fallback, Status::Decided),
                ],
                "{name}"
            ),
            (Stage::Disputed(Phase::Ruled { .. }), Status::Ruled) => {
                assert_eq!(moves[0], (Status::Ruled, Status::Decided), "{name}");
            }
            (Stage::Disputed(Phase::Appealed { .. }), Status::Appealed) => {
                assert_eq!(moves[0], (Status::Appealed, Status::Decided), "{name}");
            }
            _ => {}
        }
    }
}

/// Names of the people of these tests.
struct People;

impl Names for People {
    fn address(&self, text: &str) -> Result<Address, String> {
        Err(text.to_owned())
    }

    fn name(&self, address: &Address) -> Option<String> {
        let names =
            [(APPLICANT, "buyer"), (BENEFICIARY, "seller"), (FACTOR, "保理公司"), (COLLECTOR, "florin\u{1b}[2J")];
        names.into_iter().find(|(known, _)| known == address).map(|(_, name)| name.to_owned())
    }
}

fn unit() -> Unit {
    Unit::new(Some("USDT"), 6)
}

#[test]
fn a_drawing_keeps_to_its_width_and_alphabet() {
    for (name, deal) in situations() {
        let timeline = deal.timeline();
        for width in [1, 48, 60, 80, 100, 400] {
            for unicode in [true, false] {
                let style = Style { width, unicode, offset_minutes: 480 };
                for names in [&People as &dyn Names, &NoNames] {
                    for line in timeline.draw(&style, &unit(), names) {
                        assert!(line.width() <= width.clamp(48, 100), "{name}, {width}: {line}");
                        assert!(!line.chars().any(char::is_control), "{name}: {line:?}");
                        let is_plain = line.is_ascii() || line.contains(['保', '理', '公', '司', '\u{fffd}']);
                        assert!(unicode || is_plain, "{name}: {line}");
                        assert_eq!(line.trim_end(), line);
                    }
                }
            }
        }
    }
}

#[test]
fn a_drawing_shows_who_may_act_and_who_is_paid() {
    let mut deal = presented(|_| {}, AMOUNT / 2);
    deal.assign(3_333);
    let style = Style { width: 100, unicode: true, offset_minutes: 0 };
    let drawn = deal.timeline().draw(&style, &unit(), &People).join("\n");
    let expected = "\
2023-11-21 00:00     · the goods were shipped
2023-11-23 00:00     · the documents were presented
2023-11-23 00:00     ◆ now: the applicant examines the documents
                     │   applicant may approve, refuse
                     │   all together may divide by agreement
2023-12-01 00:00     ▶ the examination ends: silence honours the documents (next)
2023-12-01 00:00     ○ anyone settles: the documents are honoured
                     │   → 2.5 USDT to florin�[2J (fee of the protocol, to be claimed)
                     │   → 0.5 USDT to whoever sends the message (tip)
                     │   → 165.6501 USDT to 保理公司 (assigned proceeds)
                     │   → 331.3499 USDT to seller (proceeds)
                     │   beneficiary may present, go to dispute (pays in 50 USDT)
                     │   all together may amend, divide by agreement
2024-01-12 00:00     ○ the credit expires: nothing can be presented any more
2024-01-12 00:00     ○ anyone settles: what was not drawn goes back
                     │   → 0.5 USDT to whoever sends the message (tip)
                     │   → 499.5 USDT to buyer (refund)
                     │   → 60 USDT to buyer (reserve for disputes)
2024-03-20 00:00     ○ by now all money can be out, whatever anybody has done

If everybody is silent: buyer 559.5 USDT; seller 331.3499 USDT; florin�[2J 2.5 USDT; 保理公司
165.6501 USDT; whoever sends the message 1 USDT. All money can be out by 2024-03-20 00:00. Times are
those of +00:00.";
    assert_eq!(drawn, expected, "\n{drawn}");
    // Narrow, in plain letters, at the other end of the day.
    let style = Style { width: 60, unicode: false, offset_minutes: -300 };
    let drawn = disputed().timeline().draw(&style, &unit(), &People).join("\n");
    let expected = "\
2023-11-20 19:00     . the goods were shipped
2023-11-22 19:00     . the documents were presented
2023-11-25 19:00     # now: in dispute, the parties make
                     | offers
                     |   applicant or beneficiary may offer
                     |   all together may divide by
                     |   agreement
2023-11-30 19:00     > the time for offers ends, and the
                     | panel sits (next)
                     |   arbitration contract may rule
                     |   all together may divide by
                     |   agreement
2023-12-14 19:00     o the panel was silent, and the
                     | fallback may rule
                     |   fallback may rule in the panel's
                     |   place
                     |   all together may divide by
                     |   agreement
2023-12-24 19:00     o nobody has ruled
2023-12-24 19:00     o anyone settles: the stake is divided
                     |   -> 1.25 USDT to florin�[2J (fee of
                     |   the protocol, to be claimed)
                     |   -> 0.5 USDT to whoever sends the
                     |   message (tip)
                     |   -> 248.25 USDT to seller (proceeds)
                     |   -> 750 USDT to buyer (refund)
                     |   -> 50 USDT to seller (bond)
                     |   -> 60 USDT to buyer (reserve for
                     |   disputes)
2024-03-19 19:00     o by now all money can be out, whatever
                     | anybody has done

If everybody is silent: buyer 810 USDT; seller 298.25 USDT;
florin�[2J 1.25 USDT; whoever sends the message 0.5 USDT.
All money can be out by 2024-03-19 19:00. Times are those of
-05:00.";
    assert_eq!(drawn, expected, "\n{drawn}");
}
