//! Points in time as people type them.

use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};

/// Since when: a day, a point in time, or so long ago (`30m`, `2h`, `3d`, `1w`). Days begin at midnight UTC.
pub(crate) fn since(text: &str, now: Timestamp) -> Result<Timestamp, String> {
    let text = text.trim();
    let unclear = || {
        format!(
            "`{text}` is no time that syncc understands: write a day (2026-11-21), a point in time, or so long ago (2h, 3d)"
        )
    };
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at);
    }
    if let Ok(day) = text.parse::<Date>() {
        return day.to_zoned(TimeZone::UTC).map(|at| at.timestamp()).map_err(|_| unclear());
    }
    let split = text.len().saturating_sub(1);
    let (number, unit) = text.split_at_checked(split).ok_or_else(unclear)?;
    let number: i64 = number.parse().map_err(|_| unclear())?;
    let minutes = match unit {
        "m" => 1,
        "h" => 60,
        "d" => 24 * 60,
        "w" => 7 * 24 * 60,
        _ => return Err(unclear()),
    };
    let ago =
        number.checked_mul(minutes * 60).filter(|ago| *ago >= 0).map(SignedDuration::from_secs).ok_or_else(unclear)?;
    now.checked_sub(ago).map_err(|_| unclear())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_points_in_time_and_so_long_ago() {
        let now: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
        let at = |text: &str| since(text, now).map(|at| at.to_string());
        assert_eq!(at("2026-11-21").as_deref(), Ok("2026-11-21T00:00:00Z"));
        assert_eq!(at("2026-11-21T10:30:00+01:00").as_deref(), Ok("2026-11-21T09:30:00Z"));
        assert_eq!(at("90m").as_deref(), Ok("2026-11-22T10:30:00Z"));
        assert_eq!(at("2d").as_deref(), Ok("2026-11-20T12:00:00Z"));
        for wrong in ["", "yesterday", "5", "-2h", "2y", "999999999999999w", "é"] {
            assert!(at(wrong).is_err(), "{wrong}");
        }
    }
}
