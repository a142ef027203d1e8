//! A state that threads use one after another, in the order of the input.

use std::sync::{Condvar, Mutex, PoisonError};

/// Lets numbered pieces pass one by one, by number from 0.
pub(super) struct Sequencer<S> {
    state: Mutex<(u64, S, bool)>,
    moved_on: Condvar,
}

impl<S> Sequencer<S> {
    pub(super) fn new(state: S) -> Self {
        Self { state: Mutex::new((0, state, false)), moved_on: Condvar::new() }
    }

    /// Waits until all earlier pieces have passed, and does what is to be done.
    pub(super) fn take<R>(&self, number: u64, act: impl FnOnce(&mut S) -> R) -> R {
        // A thread that panicked has stopped the batch; what is found then is not used.
        let mut guard = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        while guard.0 != number && !guard.2 {
            guard = self.moved_on.wait(guard).unwrap_or_else(PoisonError::into_inner);
        }
        let result = act(&mut guard.1);
        guard.0 += 1;
        self.moved_on.notify_all();
        result
    }

    /// Starts the numbers anew, for the next input.
    pub(super) fn restart(&self) {
        let mut guard = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        (guard.0, guard.2) = (0, false);
    }

    /// Lets all threads pass, because nothing more will be written.
    pub(super) fn stop(&self) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).2 = true;
        self.moved_on.notify_all();
    }
}
