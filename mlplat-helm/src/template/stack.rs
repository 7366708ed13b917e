//! Room for recursion.

/// How much stack must be left to go one level deeper, and how much more is
/// taken from the heap when there is less.
const RED_ZONE: usize = 128 << 10;
const GROWTH: usize = 2 << 20;

/// Runs `work` with stack enough for one level of a recursion.
pub(super) fn grow<R>(work: impl FnOnce() -> R) -> R {
    stacker::maybe_grow(RED_ZONE, GROWTH, work)
}
