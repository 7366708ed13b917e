//! Room for recursion.
//!
//! Templates, sources and values may be nested deeper than the stack of the
//! calling thread would hold. Every recursion of the engine is bounded, and
//! goes through [`grow`] at each level.

/// How much stack must be left to go one level deeper, and how much more is
/// taken from the heap when there is less.
const RED_ZONE: usize = 128 << 10;
const GROWTH: usize = 2 << 20;

/// Runs `work` with stack enough for one level of a recursion.
pub(crate) fn grow<R>(work: impl FnOnce() -> R) -> R {
    stacker::maybe_grow(RED_ZONE, GROWTH, work)
}

/// Stack for a recursion that does not grow it by itself: enough for 512
/// levels of an unoptimized build.
const DEEP: usize = 4 << 20;

/// Runs `work` on a stack of [`DEEP`] bytes where less is left of the
/// current one than a shallow recursion needs.
pub(crate) fn deep<R>(work: impl FnOnce() -> R) -> R {
    stacker::maybe_grow(DEEP / 4, DEEP, work)
}
