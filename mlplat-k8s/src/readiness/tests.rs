//! Tables of objects and the statuses that they are in.
