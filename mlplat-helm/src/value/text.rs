//! Text whose opaque spans are known.
//!
//! A Go string is a sequence of bytes, nearly always UTF-8; `b64dec` and
//! `.Files.Get` can make ones that are not, and `b64enc` must give their bytes
//! back. [`Str`] holds a shared `str` where it can and raw bytes otherwise.
//! Next to the text stands a list of spans, sorted and disjoint, that tell
//! which bytes depend on which opaque inputs. Text without any, the common
//! case, pays one null pointer for it.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

use super::taint::Taints;

/// A part of a text that depends on opaque inputs.
///
/// An empty range is allowed: it marks the place where an opaque value that
/// is empty stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// The bytes of the text that the span covers.
    pub range: Range<usize>,
    /// The inputs that these bytes depend on; never empty.
    pub taints: Taints,
}

#[derive(Clone)]
enum Repr {
    Text(Rc<str>),
    /// Text that a parsed template owns, which other threads may share.
    Shared(Arc<str>),
    Raw(Rc<[u8]>),
}

/// A Go string: cheap to clone, with taints on spans of it.
///
/// ```
/// use mlplat_helm::value::{Str, TaintId, Taints};
/// let name = Str::tainted("demo", &Taints::one(TaintId(7)));
/// let text = Str::concat(&[Str::from("arn:"), name, Str::from("/x")]);
/// assert_eq!(text.as_str(), Some("arn:demo/x"));
/// assert_eq!(text.spans()[0].range, 4..8);
/// ```
#[derive(Clone)]
pub struct Str {
    repr: Repr,
    spans: Option<Rc<Vec<Span>>>,
}

impl Str {
    /// Text of which every byte depends on `taints`.
    #[must_use]
    pub fn tainted(text: impl Into<Self>, taints: &Taints) -> Self {
        let mut text = text.into();
        if !taints.is_empty() {
            let range = 0..text.len();
            let taints = taints.union(&text.taints());
            text.spans = Some(Rc::new(vec![Span { range, taints }]));
        }
        text
    }

    /// Text with the given spans, which must be sorted and disjoint.
    #[must_use]
    pub fn with_spans(text: impl Into<Self>, spans: Vec<Span>) -> Self {
        let mut text = text.into();
        text.spans = (!spans.is_empty()).then(|| Rc::new(spans));
        text
    }

    /// Text from bytes that need not be UTF-8.
    #[must_use]
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        match String::from_utf8(bytes) {
            Ok(text) => Self::from(text),
            Err(error) => Self {
                repr: Repr::Raw(error.into_bytes().into()),
                spans: None,
            },
        }
    }

    /// The text of the parts one after the other, their spans kept.
    #[must_use]
    pub fn concat(parts: &[Self]) -> Self {
        let mut builder = StrBuilder::default();
        for part in parts {
            builder.push(part);
        }
        builder.finish()
    }

    /// The text, if it is UTF-8.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match &self.repr {
            Repr::Text(text) => Some(text),
            Repr::Shared(text) => Some(text),
            Repr::Raw(_) => None,
        }
    }

    /// The text, with U+FFFD in place of bytes that are not UTF-8.
    #[must_use]
    pub fn to_text(&self) -> Cow<'_, str> {
        match &self.repr {
            Repr::Text(text) => Cow::Borrowed(text),
            Repr::Shared(text) => Cow::Borrowed(text),
            Repr::Raw(bytes) => String::from_utf8_lossy(bytes),
        }
    }

    /// The text as a shared `str`, without a copy where it is UTF-8.
    #[must_use]
    pub fn to_shared(&self) -> Rc<str> {
        match &self.repr {
            Repr::Text(text) => Rc::clone(text),
            Repr::Shared(text) => Rc::from(&**text),
            Repr::Raw(bytes) => String::from_utf8_lossy(bytes).into(),
        }
    }

    /// The bytes of the text.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        match &self.repr {
            Repr::Text(text) => text.as_bytes(),
            Repr::Shared(text) => text.as_bytes(),
            Repr::Raw(bytes) => bytes,
        }
    }

    /// The number of bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.as_bytes().len()
    }

    /// Whether there are no bytes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.as_bytes().is_empty()
    }

    /// The opaque spans, sorted and disjoint.
    #[must_use]
    pub fn spans(&self) -> &[Span] {
        self.spans.as_ref().map_or(&[], |spans| spans)
    }

    /// Whether any part of the text is opaque.
    #[must_use]
    pub fn is_tainted(&self) -> bool {
        self.spans.is_some()
    }

    /// The union of the taints of all spans.
    #[must_use]
    pub fn taints(&self) -> Taints {
        let mut all = Taints::default();
        for span in self.spans() {
            all.add(&span.taints);
        }
        all
    }

    /// A part of the text by byte offsets, with the spans that touch it.
    ///
    /// A range that ends outside the text is cut to it.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> Self {
        let end = range.end.min(self.len());
        let start = range.start.min(end);
        let bytes = &self.as_bytes()[start..end];
        let mut part = match self.as_str().and_then(|text| text.get(start..end)) {
            Some(text) => Self::from(text),
            None => Self::from_bytes(bytes.to_vec()),
        };
        part.spans = self.spans_within(start, end);
        part
    }

    fn spans_within(&self, start: usize, end: usize) -> Option<Rc<Vec<Span>>> {
        let spans: Vec<Span> = self
            .spans()
            .iter()
            .filter(|span| touches(&span.range, start, end))
            .map(|span| Span {
                range: span.range.start.max(start) - start..span.range.end.min(end) - start,
                taints: span.taints.clone(),
            })
            .collect();
        (!spans.is_empty()).then(|| Rc::new(spans))
    }
}

/// Whether a span has a part in a slice. Where one of both is empty it is
/// enough that it lies within or at the edge of the other.
fn touches(span: &Range<usize>, start: usize, end: usize) -> bool {
    if span.is_empty() || start == end {
        return span.start <= end && span.end >= start;
    }
    span.start < end && span.end > start
}

impl From<&str> for Str {
    fn from(text: &str) -> Self {
        Self::from(Rc::<str>::from(text))
    }
}

impl From<String> for Str {
    fn from(text: String) -> Self {
        Self::from(Rc::<str>::from(text))
    }
}

impl From<Rc<str>> for Str {
    fn from(text: Rc<str>) -> Self {
        Self {
            repr: Repr::Text(text),
            spans: None,
        }
    }
}

impl From<Arc<str>> for Str {
    fn from(text: Arc<str>) -> Self {
        Self {
            repr: Repr::Shared(text),
            spans: None,
        }
    }
}

impl From<Cow<'_, str>> for Str {
    fn from(text: Cow<'_, str>) -> Self {
        Self::from(Rc::<str>::from(text))
    }
}

/// Texts are compared by their bytes; taints do not take part.
impl PartialEq for Str {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for Str {}

impl fmt::Debug for Str {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Opaque text may be secret: a debug print shows that it is there only.
        if self.is_tainted() {
            return f.write_str("<opaque text>");
        }
        fmt::Debug::fmt(&self.to_text(), f)
    }
}

/// Collects text piece by piece and keeps the spans of the pieces.
#[derive(Debug, Default)]
pub struct StrBuilder {
    bytes: Vec<u8>,
    spans: Vec<Span>,
}

impl StrBuilder {
    /// The number of bytes so far.
    #[must_use]
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether nothing was appended.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Appends plain text.
    pub fn push_str(&mut self, text: &str) {
        self.bytes.extend_from_slice(text.as_bytes());
    }

    /// Appends text with its spans.
    pub fn push(&mut self, text: &Str) {
        let base = self.bytes.len();
        self.bytes.extend_from_slice(text.as_bytes());
        for span in text.spans() {
            self.mark(base + span.range.start..base + span.range.end, &span.taints);
        }
    }

    /// Appends text that depends on `taints` as a whole.
    pub fn push_tainted(&mut self, text: &str, taints: &Taints) {
        let base = self.bytes.len();
        self.push_str(text);
        self.mark(base..self.bytes.len(), taints);
    }

    fn mark(&mut self, range: Range<usize>, taints: &Taints) {
        if taints.is_empty() {
            return;
        }
        if let Some(last) = self.spans.last_mut()
            && last.range.end == range.start
            && last.taints == *taints
        {
            last.range.end = range.end;
            return;
        }
        self.spans.push(Span {
            range,
            taints: taints.clone(),
        });
    }

    /// The text.
    #[must_use]
    pub fn finish(self) -> Str {
        let mut text = Str::from_bytes(self.bytes);
        if !self.spans.is_empty() {
            text.spans = Some(Rc::new(self.spans));
        }
        text
    }
}

/// The standard base64 text of bytes, as Go's JSON writes them.
pub(super) fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
