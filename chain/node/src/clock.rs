//! The time that blocks bear.

use std::{
    fmt,
    str::FromStr,
    sync::{Mutex, PoisonError},
    time::{SystemTime, UNIX_EPOCH},
};

/// 2020-03-01T00:00:00Z, where the sandbox starts too.
pub(crate) const DEFAULT_START_MS: u64 = 1_583_020_800_000;

/// Whose time it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ClockMode {
    /// The machine's, plus what it was moved forward by.
    System,
    /// Nobody's: it stands still until it is moved.
    Manual,
}

impl FromStr for ClockMode {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "system" => Ok(Self::System),
            "manual" => Ok(Self::Manual),
            other => Err(format!("'{other}' is no clock; use 'system' or 'manual'")),
        }
    }
}

/// A clock that never goes back.
#[derive(Debug)]
pub(crate) struct Clock {
    mode: ClockMode,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// The time last handed out, or set, in milliseconds.
    last_ms: u64,
    /// How far a system clock has been moved ahead of the machine's.
    ahead_ms: u64,
}

/// A time before one that a block already bears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TimeGoesBack {
    /// The last time.
    pub(crate) last_ms: u64,
    /// What was asked for.
    pub(crate) asked_ms: u64,
}

impl fmt::Display for TimeGoesBack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "time cannot go back: it is {} ms, {} ms was asked for", self.last_ms, self.asked_ms)
    }
}

impl Clock {
    /// A clock that continues after `last_ms`, the time of the chain's best block.
    pub(crate) fn new(mode: ClockMode, last_ms: u64) -> Self {
        let ahead_ms = last_ms.saturating_sub(machine_ms());
        Self { mode, state: Mutex::new(State { last_ms, ahead_ms }) }
    }

    /// The time of the next block.
    pub(crate) fn now_ms(&self) -> u64 {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if self.mode == ClockMode::System {
            state.last_ms = state.last_ms.max(machine_ms().saturating_add(state.ahead_ms));
        }
        state.last_ms
    }

    /// Set the time.
    pub(crate) fn set_ms(&self, asked_ms: u64) -> Result<(), TimeGoesBack> {
        let last_ms = self.now_ms();
        if asked_ms < last_ms {
            return Err(TimeGoesBack { last_ms, asked_ms });
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.ahead_ms = asked_ms.saturating_sub(machine_ms());
        state.last_ms = asked_ms;
        Ok(())
    }

    /// Move the time forward.
    pub(crate) fn advance_ms(&self, by_ms: u64) -> Result<(), TimeGoesBack> {
        self.set_ms(self.now_ms().saturating_add(by_ms))
    }
}

fn machine_ms() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |elapsed| u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manual_clock_stands_still_until_it_is_moved() {
        let clock = Clock::new(ClockMode::Manual, 1_000);
        assert_eq!((clock.now_ms(), clock.now_ms()), (1_000, 1_000));
        clock.advance_ms(500).expect("forward");
        assert_eq!(clock.now_ms(), 1_500);
        assert_eq!(clock.set_ms(1_499), Err(TimeGoesBack { last_ms: 1_500, asked_ms: 1_499 }));
        assert_eq!(clock.now_ms(), 1_500);
    }

    #[test]
    fn a_system_clock_runs_on_from_where_it_was_set() {
        let far = machine_ms() + 1_000_000;
        let clock = Clock::new(ClockMode::System, 0);
        clock.set_ms(far).expect("forward");
        assert!(clock.now_ms() >= far);
        assert!(clock.set_ms(far - 1).is_err());
    }

    #[test]
    fn a_clock_continues_after_the_best_block() {
        let far = machine_ms() + 1_000_000;
        assert!(Clock::new(ClockMode::System, far).now_ms() >= far);
    }
}
