//! What a person reads where the program itself is at fault.

use std::any::Any;
use std::io::Write;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind};
use std::sync::{Mutex, PoisonError};

use rolecall_tables::is_panic_caught;

/// Where the last panic was. The hook knows the place, the thread that is joined the message.
static PLACE: Mutex<String> = Mutex::new(String::new());

/// Runs the program. A panic becomes one line, and nothing.
///
/// Panics that the library catches and makes errors of, as those of decoders of damaged files, print
/// nothing. With `RUST_BACKTRACE` set the others print what Rust prints, too.
pub(super) fn caught<T>(run: impl FnOnce() -> T) -> Option<T> {
    let print = std::panic::take_hook();
    let prints = std::env::var_os("RUST_BACKTRACE").is_some();
    std::panic::set_hook(Box::new(move |panic| {
        if !is_panic_caught() {
            remember(panic);
            if prints {
                print(panic);
            }
        }
    }));
    catch_unwind(AssertUnwindSafe(run)).inspect_err(|panic| tell(panic.as_ref())).ok()
}

fn remember(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map_or_else(String::new, |place| format!(" at {place}"));
    *PLACE.lock().unwrap_or_else(PoisonError::into_inner) = place;
}

fn tell(panic: &(dyn Any + Send)) {
    let message = panic.downcast_ref::<String>().map(String::as_str);
    let message = message.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
    let place = PLACE.lock().unwrap_or_else(PoisonError::into_inner);
    // Where standard error is closed, nobody is there to be told.
    let _ = writeln!(
        anstream::stderr(),
        "rolecall: this is a fault of the program, not of its input; please report it: {}{place}",
        message.escape_debug()
    );
}
