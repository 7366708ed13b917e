//! Growth: the exponent k of CPU ~ N^k.

/// The slope of the straight line that fits the points best (least squares),
/// both axes logarithmic. `None` for fewer than two sizes.
pub(super) fn exponent(points: &[(usize, f64)]) -> Option<f64> {
    // Less than a millisecond is not told apart.
    let floor = |seconds: f64| seconds.max(0.001).ln();
    let points: Vec<(f64, f64)> = points
        .iter()
        .map(|(size, seconds)| ((*size as f64).ln(), floor(*seconds)))
        .collect();
    let count = points.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / count;
    let (x, y) = (mean(|point| point.0), mean(|point| point.1));
    let spread: f64 = points.iter().map(|point| (point.0 - x).powi(2)).sum();
    let along: f64 = points
        .iter()
        .map(|point| (point.0 - x) * (point.1 - y))
        .sum();
    (spread > 0.0).then(|| along / spread)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_is_the_exponent() {
        let fit = |points: &[(usize, f64)]| exponent(points).unwrap();
        let linear = fit(&[(1_000, 0.1), (10_000, 1.0), (100_000, 10.0)]);
        assert!((linear - 1.0).abs() < 1e-9, "{linear}");
        let square = fit(&[(1_000, 0.1), (10_000, 10.0)]);
        assert!((square - 2.0).abs() < 1e-9, "{square}");
        // One size that is off tilts the line by half of what it is off.
        let bent = fit(&[(1_000, 0.1), (10_000, 1.0), (100_000, 100.0)]);
        assert!((bent - 1.5).abs() < 1e-9, "{bent}");
        assert_eq!(exponent(&[(1_000, 0.1)]), None);
        assert_eq!(exponent(&[]), None);
    }
}
