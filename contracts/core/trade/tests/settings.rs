//! The protocol's settings: bounds, steps, and a pause that reaches no credit that was funded.
#![allow(clippy::unwrap_used)]
mod common;

use common::{agreement, amount, at, before, bps, later, Deal, AMOUNT, BENEFICIARY, COLLECTOR, FACTOR, KEEPER};
use florin_trade::fee::{Settings, Snapshot};
use florin_trade::roles::{check, Governor, Guardian, Guardianship, Permit, Roles};
use florin_trade::validation::{Term, TermsError};
use florin_trade::EscrowError;

const GUARDIAN: [u8; 20] = [63; 20];

fn permits() -> (Permit<Governor>, Permit<Guardian>) {
    let roles = Roles::new(KEEPER);
    let governor = check::<Governor>(&roles, &KEEPER, at(0)).unwrap();
    let roles = roles.set_guardian(Some(Guardianship::new(GUARDIAN, at(365), at(0)).unwrap()), &governor);
    (governor, check::<Guardian>(&roles, &GUARDIAN, at(0)).unwrap())
}

fn out_of_bounds(term: Term, actual: u128, maximum: u128) -> EscrowError {
    TermsError::OutOfBounds { term, actual, minimum: 0, maximum }.into()
}

#[test]
fn a_fee_has_a_most_and_a_collector() {
    let settings = Settings::new(bps(500), COLLECTOR).unwrap();
    assert_eq!((settings.fee, settings.collector, settings.paused), (bps(500), COLLECTOR, false));
    assert_eq!(Settings::new(bps(501), COLLECTOR), Err(out_of_bounds(Term::MaximumFee, 501, 500)));
    assert_eq!(Settings::new(bps(1), [0; 20]), Err(out_of_bounds(Term::Names, 1, 0)));
}

#[test]
fn a_fee_moves_by_steps_once_a_day() {
    let (governor, _) = permits();
    let settings = Settings::new(bps(100), COLLECTOR).unwrap();
    let change = |settings: &Settings, fee, now| settings.change(bps(fee), FACTOR, now, &governor);
    for proposed in [74, 126] {
        let error = EscrowError::StepTooLarge { proposed, lowest: 75, highest: 125 };
        assert_eq!(change(&settings, proposed as u32, at(1)), Err(error));
    }
    assert_eq!(change(&settings, 501, at(1)), Err(out_of_bounds(Term::MaximumFee, 501, 500)));
    let lower = change(&settings, 75, at(1)).unwrap();
    let expected = Settings { fee: bps(75), collector: FACTOR, voted_at: at(1), paused: false };
    assert_eq!(lower, expected);
    let now = before(at(2));
    let error = EscrowError::ChangedTooSoon { next_at: at(2), now };
    assert_eq!(change(&lower, 75, now), Err(error), "another collector is a change too");
    assert_eq!(change(&lower, 100, at(2)).unwrap().fee, bps(100));
    let none = Settings { fee: bps(10), ..lower };
    let error = EscrowError::StepTooLarge { proposed: 36, lowest: 0, highest: 35 };
    assert_eq!(change(&none, 36, at(3)), Err(error));
    assert_eq!(change(&none, 0, at(3)).unwrap().fee, bps(0));
}

#[test]
fn a_pause_stops_what_is_new_until_the_governor_ends_it() {
    let (governor, guardian) = permits();
    let settings = Settings::new(bps(100), COLLECTOR).unwrap();
    assert_eq!(settings.check_open(), Ok(()));
    let paused = settings.pause(&guardian);
    assert_eq!(paused, Settings { paused: true, ..settings });
    assert_eq!(paused.check_open(), Err(EscrowError::Paused));
    let changed = paused.change(bps(110), COLLECTOR, at(1), &governor).unwrap();
    assert!(changed.paused, "a change of the fee does not end it");
    assert_eq!(paused.resume(&governor), settings);
}

/// Nothing that happens to the settings later reaches an open credit.
#[test]
fn a_funded_credit_keeps_the_settings_of_its_day() {
    let (governor, guardian) = permits();
    let settings = Settings::new(bps(50), COLLECTOR).unwrap();
    let snapshot = settings.snapshot(amount(10));
    assert_eq!(snapshot, Snapshot { fee: bps(50), collector: COLLECTOR, minimum: amount(10) });
    let mut deal = Deal::funded(agreement(), snapshot);
    let changed = settings.change(bps(75), FACTOR, later(at(0), 1), &governor).unwrap().pause(&guardian);
    assert!(changed.check_open().is_err());
    deal.present(AMOUNT, 0).unwrap();
    deal.approve().unwrap();
    assert_eq!((deal.paid_to(COLLECTOR), deal.paid_to(BENEFICIARY), deal.paid_to(FACTOR)), (5_000, 995_000, 0));
}
