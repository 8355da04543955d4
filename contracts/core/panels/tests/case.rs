//! Every status with every message: legal, or refused. The table below is written by hand and knows nothing of the
//! code.
#![allow(clippy::unwrap_used)]
mod common;

use common::{
    account, amount, at, called, case_id, hearing, keccak, sitting, BLOCK, CONTRACT, COURT, DAY, HOUR, OTHER, TOKEN,
};
use florin_panels::award::panel_award_down;
use florin_panels::case::{
    commitment, Case, CaseId, Message, SeatRecord, Stage, Status, DRAW_BLOCKS, DRAW_DELAY, MAXIMUM_CALLS,
};
use florin_panels::draw::Panel;
use florin_panels::hearing::{Hearing, MAXIMUM_SITTING, MINIMUM_SITTING};
use florin_panels::{ArbitrationError, Hash, Moment, PanelError};
use florin_units::{Amount, Seconds, Timestamp};
use proptest::prelude::*;

/// Columns.
const STATUSES: [Status; 9] = [
    Status::Called,
    Status::Drawable,
    Status::Lapsed,
    Status::Committing,
    Status::Revealing,
    Status::Reportable,
    Status::Overdue,
    Status::Reported,
    Status::Closed,
];

/// `x` legal; else `NotAllowed`.
const TABLE: [(Message, &str); 7] = [
    (Message::Call, "..x.....x"),
    (Message::Draw, ".x......."),
    (Message::Commit, "...x....."),
    (Message::Reveal, "....x...."),
    (Message::Report, ".....x..."),
    (Message::Close, "......x.."),
    (Message::Collect, ".......xx"),
];

const SALT: Hash = [0x5a; 32];

/// What the member at a place commits to.
fn committed(place: u8, award: u128) -> Hash {
    commitment(&CONTRACT, &case_id(), &account(u32::from(place)), amount(award), &SALT, keccak)
}

/// The first two of three have committed to ten.
fn two_committed() -> Case {
    let case = sitting(hearing());
    let case = case.commit(0, committed(0, 10), at(DAY)).unwrap().0;
    case.commit(1, committed(1, 10), at(DAY)).unwrap().0
}

/// A case in each status, with the moment.
fn in_status(status: Status) -> (Case, Moment) {
    let (case, now) = match status {
        Status::Called => (called(hearing()), at(3 * BLOCK)),
        Status::Drawable => (called(hearing()), at(4 * BLOCK)),
        Status::Lapsed => (called(hearing()), at(204 * BLOCK)),
        Status::Committing => (two_committed(), at(DAY)),
        Status::Revealing => (two_committed(), at(6 * DAY)),
        Status::Reportable => (two_committed(), at(9 * DAY + HOUR)),
        Status::Overdue => (two_committed(), at(10 * DAY)),
        Status::Reported => (two_committed().report(&hearing(), at(9 * DAY + HOUR)).unwrap(), at(9 * DAY + HOUR)),
        Status::Closed => (two_committed().close(at(10 * DAY)).unwrap(), at(11 * DAY)),
    };
    assert_eq!(case.status(now), status);
    (case, now)
}

/// Sends a message that is right in everything but perhaps the status.
fn send(case: &Case, message: Message, now: Moment) -> Result<(), ArbitrationError> {
    match message {
        Message::Call => {
            let next = Hearing { until: now.time.after(Seconds::from_raw(DAY)), ..hearing() };
            Case::call(Some(case), next, now).map(|_| ())
        }
        Message::Draw => case.draw(&hearing(), now).map(|_| ()),
        Message::Commit => case.commit(2, committed(2, 10), now).map(|_| ()),
        Message::Reveal => {
            let record = SeatRecord { commitment: committed(0, 10), award: None };
            case.reveal(0, Some(&record), &committed(0, 10), amount(10), now).map(|_| ())
        }
        Message::Report => case.report(&case.hearing, now).map(|_| ()),
        Message::Close => case.close(now).map(|_| ()),
        Message::Collect => case.collect(None, amount(1), now).map(|_| ()),
    }
}

#[test]
fn every_message_in_every_status_is_legal_or_refused() {
    let mut pairs = 0;
    for (place, status) in STATUSES.into_iter().enumerate() {
        let (case, now) = in_status(status);
        for (message, row) in TABLE {
            assert_eq!(row.len(), STATUSES.len());
            let is_legal = row.chars().nth(place) == Some('x');
            assert_eq!(message.is_legal_in(status), is_legal, "{message:?} in {status:?}");
            let expected = if is_legal { Ok(()) } else { Err(ArbitrationError::NotAllowed { message, status }) };
            assert_eq!(send(&case, message, now), expected, "{message:?} in {status:?}");
            pairs += 1;
        }
    }
    assert_eq!(pairs, 9 * 7);
}

/// The rows in the documentation of the crate are the rows of the table above.
#[test]
fn the_documentation_shows_this_table() {
    let source = include_str!("../src/lib.rs");
    for (message, row) in TABLE {
        let cells: Vec<String> = row.chars().map(|cell| format!("{cell:>4}")).collect();
        let name = format!("{message:?}");
        let line = format!("//! {name:<8}{}", cells.concat());
        assert!(source.contains(&line), "{line}");
    }
}

#[test]
fn borders_belong_to_the_later_status() {
    let before = |moment: Moment| Moment { time: Timestamp::from_raw(moment.time.raw() - 1), ..moment };
    let case = two_committed();
    let Stage::Sitting { commit_until, reveal_until } = case.stage else { panic!("{:?}", case.stage) };
    let border = |time| Moment { time, ..at(DAY) };
    for (moment, earlier, later) in [
        (border(commit_until), Status::Committing, Status::Revealing),
        (border(reveal_until), Status::Revealing, Status::Reportable),
        (border(hearing().until), Status::Reportable, Status::Overdue),
    ] {
        assert_eq!((case.status(before(moment)), case.status(moment)), (earlier, later));
    }
    let case = called(hearing());
    let block = |block| case.status(Moment { block, ..at(0) });
    let draw_block = at(0).block + DRAW_DELAY;
    assert_eq!((block(draw_block), block(draw_block + 1)), (Status::Called, Status::Drawable));
    let last = draw_block + DRAW_BLOCKS;
    assert_eq!((block(last), block(last + 1)), (Status::Drawable, Status::Lapsed));
    assert_eq!(case.status(at(10 * DAY)), Status::Overdue, "whether or not it was drawn");
}

#[test]
fn the_time_is_divided_when_the_panel_is_drawn() {
    let now = at(4 * BLOCK);
    for (seconds, to_commit, to_reveal) in [(HOUR, 1_800, 3_240), (HOUR + 19, 1_809, 3_258), (DAY, 43_200, 77_760)] {
        let hearing = Hearing { until: now.time.after(Seconds::from_raw(seconds)), ..hearing() };
        let (block, case) = called(hearing).draw(&hearing, now).unwrap();
        assert_eq!(block, at(0).block + DRAW_DELAY);
        let commit_until = now.time.after(Seconds::from_raw(to_commit));
        let reveal_until = now.time.after(Seconds::from_raw(to_reveal));
        assert_eq!(case.stage, Stage::Sitting { commit_until, reveal_until });
    }
}

#[test]
fn a_panel_needs_seats_and_time() {
    let call = |hearing: Hearing, now: Moment| Case::call(None, hearing, now).map(|_| ());
    let base = hearing();
    for seats in [0, 12, 255] {
        assert_eq!(call(Hearing { seats, ..base }, at(0)), Err(ArbitrationError::WrongSeats { seats }));
    }
    for seats in [1, 11] {
        assert_eq!(call(Hearing { seats, ..base }, at(0)), Ok(()));
    }
    let early = Moment { time: Timestamp::from_raw(base.from.raw() - 1), ..at(0) };
    assert_eq!(call(base, early), Err(ArbitrationError::NotYetHeard { from: base.from, now: early.time }));
    let (left, required) = (Seconds::from_raw(HOUR - 1), MINIMUM_SITTING);
    let late = at(10 * DAY - HOUR + 1);
    assert_eq!(call(base, late), Err(ArbitrationError::TooLittleTime { left, required }));
    assert_eq!(call(base, at(10 * DAY - HOUR)), Ok(()));
    // What was called in time may be drawn too late.
    let last = called(Hearing { until: at(HOUR).time, ..base });
    let now = at(4 * BLOCK);
    let left = Seconds::from_raw(HOUR - 4 * BLOCK);
    assert_eq!(last.draw(&last.hearing, now), Err(ArbitrationError::TooLittleTime { left, required }));
    let endless = Hearing { until: at(90 * DAY + 1).time, ..base };
    let (left, maximum) = (Seconds::from_raw(90 * DAY + 1), MAXIMUM_SITTING);
    assert_eq!(call(endless, at(0)), Err(ArbitrationError::TooMuchTime { left, maximum }));
}

#[test]
fn the_court_must_not_change_its_mind_between_call_and_draw() {
    let case = called(hearing());
    for other in [
        Hearing { seats: 5, ..hearing() },
        Hearing { pool: 1, ..hearing() },
        Hearing { stake: amount(1), ..hearing() },
        Hearing { excluded: [Some(COURT); 8], ..hearing() },
    ] {
        assert_eq!(case.draw(&other, at(4 * BLOCK)), Err(ArbitrationError::OtherHearing));
    }
}

#[test]
fn a_hearing_names_who_may_not_sit() {
    let mut hearing = hearing();
    hearing.excluded[7] = Some(account(3));
    assert!(hearing.excludes(&account(3)));
    assert!(!hearing.excludes(&account(4)));
    assert!(hearing.is_staked());
    assert!(!Hearing { pool: 1, ..hearing }.is_staked());
}

#[test]
fn all_may_be_quicker_than_the_clock() {
    let now = at(DAY);
    let mut case = two_committed();
    assert_eq!(case.status(now), Status::Committing);
    assert_eq!(case.commit(1, SALT, now), Err(ArbitrationError::AlreadyCommitted { place: 1 }));
    case = case.commit(2, committed(2, 30), now).unwrap().0;
    assert_eq!(case.status(now), Status::Revealing, "all have committed");
    for (place, award) in [(0, 10), (2, 30), (1, 10)] {
        let record = SeatRecord { commitment: committed(place, award), award: None };
        let (next, stored) = case.reveal(place, Some(&record), &record.commitment, amount(award), now).unwrap();
        assert_eq!(stored, SeatRecord { award: Some(amount(award)), ..record });
        assert!(next.has_revealed(place) && !case.has_revealed(place));
        case = next;
    }
    assert_eq!(case.status(now), Status::Reportable, "all have revealed");
    assert_eq!(case.report(&case.hearing, now).unwrap().stage, Stage::Reported);
}

#[test]
fn only_what_was_committed_can_be_revealed() {
    let (case, now) = (two_committed(), at(6 * DAY));
    let record = SeatRecord { commitment: committed(0, 10), award: None };
    let reveal = |place, record: &SeatRecord, opened: Hash, award| {
        case.reveal(place, Some(record), &opened, amount(award), now).map(|_| ())
    };
    let differs = |actual| Err(ArbitrationError::OtherCommitment { expected: record.commitment, actual });
    assert_eq!(reveal(0, &record, committed(0, 11), 11), differs(committed(0, 11)));
    let unsalted = commitment(&CONTRACT, &case_id(), &account(0), amount(10), &[0; 32], keccak);
    assert_eq!(reveal(0, &record, unsalted, 10), differs(unsalted));
    assert_eq!(reveal(0, &record, committed(0, 10), 10), Ok(()));
    let none = Err(ArbitrationError::NotCommitted { place: 2 });
    assert_eq!(reveal(2, &record, committed(2, 10), 10), none, "a record of a former panel counts for nothing");
    assert_eq!(case.reveal(0, None, &SALT, amount(1), now), Err(ArbitrationError::NotCommitted { place: 0 }));
    let case = case.reveal(0, Some(&record), &record.commitment, amount(10), now).unwrap().0;
    let again = case.reveal(0, Some(&record), &record.commitment, amount(10), now);
    assert_eq!(again, Err(ArbitrationError::AlreadyRevealed { place: 0 }));
}

#[test]
fn nobody_awards_more_than_the_stake() {
    let (case, now) = (sitting(hearing()), at(DAY));
    let stake = hearing().stake;
    let record = SeatRecord { commitment: committed(0, stake.raw() + 1), award: None };
    let case = case.commit(0, record.commitment, now).unwrap().0;
    let above = case.reveal(0, Some(&record), &record.commitment, amount(stake.raw() + 1), at(6 * DAY));
    assert_eq!(above, Err(ArbitrationError::AboveStake { award: amount(stake.raw() + 1), stake }));
    let all = SeatRecord { commitment: committed(1, stake.raw()), award: None };
    let case = case.commit(1, all.commitment, now).unwrap().0;
    assert!(case.reveal(1, Some(&all), &all.commitment, stake, at(6 * DAY)).is_ok());
}

/// A member takes over what another one has committed to, and learns what is in it: it can open it as its own nowhere.
#[test]
fn a_copied_commitment_cannot_be_revealed() {
    let original = committed(0, 10);
    let case = sitting(hearing()).commit(0, original, at(DAY)).unwrap().0;
    let (case, copy) = case.commit(1, original, at(DAY)).unwrap();
    let now = at(6 * DAY);
    let opened = committed(1, 10);
    let refused = case.reveal(1, Some(&copy), &opened, amount(10), now);
    assert_eq!(refused, Err(ArbitrationError::OtherCommitment { expected: original, actual: opened }));
    // Neither in another case, nor in the appeal, nor at another contract, is it the same.
    let base = case_id();
    let (member, award) = (account(0), amount(10));
    for elsewhere in [
        commitment(&COURT, &base, &member, award, &SALT, keccak),
        commitment(&CONTRACT, &CaseId { court: CONTRACT, ..base }, &member, award, &SALT, keccak),
        commitment(&CONTRACT, &CaseId { number: 8, ..base }, &member, award, &SALT, keccak),
        commitment(&CONTRACT, &CaseId { is_appeal: true, ..base }, &member, award, &SALT, keccak),
    ] {
        assert_ne!(elsewhere, original);
    }
}

proptest! {
    /// No two members, awards or salts come to one commitment.
    #[test]
    fn commitments_differ_where_anything_does(
        one in (0u32..4, 0u128..4, any::<bool>()),
        other in (0u32..4, 0u128..4, any::<bool>()),
    ) {
        let of = |(member, award, is_salted): (u32, u128, bool)| {
            let salt = if is_salted { SALT } else { [0; 32] };
            commitment(&CONTRACT, &case_id(), &account(member), amount(award), &salt, keccak)
        };
        prop_assert_eq!(of(one) == of(other), one == other);
    }
}

/// What the court is told is what was revealed, in the order of the draw.
#[test]
fn the_court_is_told_who_sits_and_what_was_revealed() {
    let mut panel = Panel::default();
    for place in 0..3u8 {
        panel.members[usize::from(place)] = Some(account(u32::from(place)));
    }
    let (mut case, now) = (two_committed(), at(6 * DAY));
    let mut records = [0, 1, 2].map(|place| SeatRecord { commitment: committed(place, 10), award: None });
    // Of a former panel.
    records[2].award = Some(amount(77));
    let told = |case: &Case, records: &[SeatRecord; 3]| {
        case.seats(&panel, |place| records.get(usize::from(place)).copied()).map(|seat| seat.map(|seat| seat.award))
    };
    assert_eq!(told(&case, &records)[..4], [Some(None), Some(None), Some(None), None]);
    for place in [1, 0] {
        let record = records[usize::from(place)];
        let (next, stored) = case.reveal(place, Some(&record), &record.commitment, amount(10), now).unwrap();
        case = next;
        records[usize::from(place)] = stored;
    }
    let ten = Some(Some(amount(10)));
    assert_eq!(told(&case, &records)[..4], [ten, ten, Some(None), None]);
    assert_eq!(case.revealers(&panel).collect::<Vec<_>>(), [account(0), account(1)]);
    let seats = case.seats(&panel, |place| Some(records[usize::from(place)]));
    assert_eq!(panel_award_down(&seats, 3, hearing().stake), Ok(amount(10)));
    let silent = two_committed().seats(&panel, |_| None);
    let error = PanelError::PanelSilent { revealed: 0, required: 2 };
    assert_eq!(panel_award_down(&silent, 3, hearing().stake), Err(error));
}

/// A panel that came to nothing is replaced where the court still hears the dispute.
#[test]
fn a_closed_case_can_be_called_for_another_hearing() {
    let closed = two_committed().close(at(10 * DAY)).unwrap();
    let now = at(20 * DAY);
    let over = Case::call(Some(&closed), hearing(), now);
    let (left, required) = (Seconds::ZERO, MINIMUM_SITTING);
    assert_eq!(over, Err(ArbitrationError::TooLittleTime { left, required }));
    let next = Hearing { from: now.time, until: at(30 * DAY).time, ..hearing() };
    let case = Case::call(Some(&closed), next, now).unwrap();
    assert_eq!((case.committed, case.revealed, case.status(now)), (0, 0, Status::Called));
}

#[test]
fn awards_in_one_dispute_are_none_in_another_under_the_same_number() {
    let (case, now) = (two_committed(), at(9 * DAY + HOUR));
    let base = case.hearing;
    for other in [
        Hearing { stake: base.stake.checked_add(amount(1)).unwrap(), ..base },
        Hearing { until: base.until.after(Seconds::from_raw(1)), ..base },
        Hearing { is_appeal: true, ..base },
        Hearing { fee: amount(0), ..base },
        Hearing { excluded: [Some(COURT); 8], ..base },
    ] {
        assert_eq!(case.report(&other, now), Err(ArbitrationError::OtherHearing));
    }
    assert_eq!(case.report(&base, now), Ok(Case { stage: Stage::Reported, ..case }));
    // The status comes first.
    let early = ArbitrationError::NotAllowed { message: Message::Report, status: Status::Committing };
    assert_eq!(case.report(&Hearing { seats: 5, ..base }, at(DAY)), Err(early));
}

#[test]
fn another_dispute_under_the_same_number_gets_a_panel_once_the_former_one_is_paid() {
    let now = at(9 * DAY + HOUR);
    let reported = two_committed().report(&hearing(), now).unwrap();
    let later = Hearing { from: now.time, until: now.time.after(Seconds::from_raw(10 * DAY)), ..hearing() };
    let refused = Case::call(Some(&reported), hearing(), now);
    assert!(matches!(refused, Err(ArbitrationError::NotAllowed { .. })), "the same dispute has its panel: {refused:?}");
    let unpaid = Case::call(Some(&reported), later, now);
    assert!(matches!(unpaid, Err(ArbitrationError::NotAllowed { .. })), "the fee would go to others: {unpaid:?}");
    let paid = reported.collect(None, hearing().fee, now).unwrap().case;
    let called = Case::call(Some(&paid), later, now).unwrap();
    assert_eq!((called.hearing, called.committed, called.revealed, called.collected), (later, 0, 0, Amount::ZERO));
    let again = Case::call(Some(&paid), hearing(), now);
    assert!(matches!(again, Err(ArbitrationError::NotAllowed { .. })), "nothing is left of the same one: {again:?}");
    let free = Case { hearing: Hearing { fee: Amount::ZERO, ..hearing() }, ..reported };
    Case::call(Some(&free), later, now).unwrap();
    // What both panels have earned is collected with the first one's.
    let appeal = Case { hearing: Hearing { is_appeal: true, ..hearing() }, ..reported };
    let next = Hearing { is_appeal: true, ..later };
    assert_eq!(Case::call(Some(&appeal), next, now).map(|case| (case.hearing, case.calls)), Ok((next, 1)));
    let same = Case::call(Some(&appeal), appeal.hearing, now);
    assert!(matches!(same, Err(ArbitrationError::NotAllowed { .. })), "{same:?}");
    // A panel that still has something to do is not replaced by that of another dispute.
    for status in [Status::Called, Status::Committing, Status::Revealing, Status::Reportable, Status::Overdue] {
        let (case, now) = in_status(status);
        let other = Hearing { from: now.time, until: now.time.after(Seconds::from_raw(10 * DAY)), ..hearing() };
        let refused = ArbitrationError::NotAllowed { message: Message::Call, status };
        assert_eq!(Case::call(Some(&case), other, now), Err(refused));
    }
}

/// Each call keeps the list of the staked pool still for a while, so nobody can call for ever.
#[test]
fn a_panel_is_called_three_times_for_one_hearing() {
    assert_eq!(MAXIMUM_CALLS, 3);
    let lapse = 204 * BLOCK;
    // Spread over the window: who gains by silence does not use them up at once.
    let part = hearing().until.since(hearing().from).raw() / 3;
    let mut case = called(hearing());
    for calls in 1..3u8 {
        assert_eq!(case.calls, calls);
        let from = at(u64::from(calls) * part);
        let early = Moment { time: Timestamp::from_raw(from.time.raw() - 1), ..from };
        assert_eq!(case.status(early), Status::Lapsed);
        let too_early = ArbitrationError::NotYetHeard { from: from.time, now: early.time };
        assert_eq!(Case::call(Some(&case), hearing(), early), Err(too_early));
        case = Case::call(Some(&case), hearing(), from).unwrap();
    }
    assert_eq!(case.calls, 3);
    let now = at(2 * part + lapse);
    assert_eq!(Case::call(Some(&case), hearing(), now), Err(ArbitrationError::TooManyCalls { maximum: 3 }));
    // Another hearing has its own calls, and then the former one would have them anew: a court that goes to and fro
    // between hearings is one that the governor should not have admitted.
    let other = Hearing { until: at(9 * DAY).time, ..hearing() };
    assert_eq!(Case::call(Some(&case), other, now).unwrap().calls, 1);
    // A call that was drawn counts.
    let drawn = Case::call(Some(&called(hearing())), hearing(), at(part)).unwrap();
    let drawn = drawn.draw(&hearing(), at(part + 4 * BLOCK)).unwrap().1;
    assert_eq!(drawn.calls, 2);
}

/// Nobody has a panel of the staked pool sit for less than the twentieth of what it locks, or for something else.
#[test]
fn a_panel_of_the_staked_pool_is_paid_for() {
    let paid = |hearing: Hearing, seat_stake| hearing.check_paid(&TOKEN, amount(seat_stake));
    let with = |seats, fee| Hearing { seats, fee: amount(fee), ..hearing() };
    let small = |fee, minimum| Err(ArbitrationError::FeeTooSmall { fee: amount(fee), minimum: amount(minimum) });
    for (seats, seat_stake, minimum) in [(3, 1_000, 150), (1, 1_000, 50), (11, 1_000, 550), (3, 33, 4), (7, 19, 6)] {
        assert_eq!(paid(with(seats, minimum), seat_stake), Ok(()));
        assert_eq!(paid(with(seats, minimum - 1), seat_stake), small(minimum - 1, minimum));
        assert_eq!(paid(with(seats, 0), seat_stake), small(0, minimum));
    }
    assert_eq!(paid(with(1, 0), 19), Ok(()), "rounded down");
    assert_eq!(paid(with(1, 0), 20), small(0, 1));
    let all = u128::MAX / 20 * 11 + 8;
    assert_eq!(paid(with(11, all - 1), u128::MAX), small(all - 1, all));
    assert_eq!(paid(with(11, all), u128::MAX), Ok(()));
    let wrong = ArbitrationError::WrongAsset { expected: TOKEN, actual: OTHER };
    assert_eq!(paid(Hearing { asset: OTHER, fee: Amount::MAX, ..hearing() }, 1), Err(wrong));
    // Whom the parties have named they pay as they like.
    assert_eq!(paid(Hearing { pool: 1, asset: OTHER, fee: Amount::ZERO, ..hearing() }, 1_000), Ok(()));
}
