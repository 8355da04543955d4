//! The picture of the month: price with the liquidations above, debt and collateral below. The only place with floats, and
//! only as coordinates.

use std::path::{Path, PathBuf};

use florin_units::{Timestamp, WAD_ONE};
use plotters::{
    coord::Shift,
    prelude::*,
    style::text_anchor::{HPos, Pos, VPos},
};

use super::{prices::human_time, statistics::Sample};

const SIZE: (u32, u32) = (1_200, 840);
const UPPER_HEIGHT: u32 = 420;
const TITLE_HEIGHT: u32 = 56;
const FONT: &str = "sans-serif";
const INK: RGBColor = RGBColor(40, 44, 52);
const GRID: RGBColor = RGBColor(225, 228, 232);
const PRICE: RGBColor = RGBColor(31, 90, 166);
const LIQUIDATION: RGBColor = RGBColor(200, 45, 45);
const COLLATERAL: RGBColor = RGBColor(42, 140, 95);
const DEBT: RGBColor = RGBColor(214, 122, 20);
/// Hours between two labels of the time axis.
const LABEL_EVERY: usize = 72;

/// The picture could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PictureError {
    /// There is nothing to draw.
    #[error("there is not a single hour to draw")]
    Empty,
    /// The elements could not be laid out.
    #[error("the picture could not be drawn: {cause}")]
    Drawing {
        /// What the drawing library said.
        cause: String,
    },
    /// The file could not be written.
    #[error("cannot write the picture {}: {cause}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
}

/// Draws the samples and writes the picture.
///
/// # Errors
/// [`PictureError`].
pub fn write(path: &Path, title: &str, samples: &[Sample]) -> Result<(), PictureError> {
    let text = render(title, samples)?;
    let failed = |cause| PictureError::File { path: path.to_owned(), cause };
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    std::fs::write(path, text).map_err(failed)
}

/// The picture as SVG text.
///
/// # Errors
/// [`PictureError::Empty`] without samples, [`PictureError::Drawing`].
pub fn render(title: &str, samples: &[Sample]) -> Result<String, PictureError> {
    let first = samples.first().ok_or(PictureError::Empty)?.time;
    let mut text = String::new();
    {
        let area = SVGBackend::with_string(&mut text, SIZE).into_drawing_area();
        area.fill(&WHITE).map_err(drawing)?;
        let (head, charts) = area.split_vertically(TITLE_HEIGHT);
        let middle = (SIZE.0 / 2, TITLE_HEIGHT / 2 + 8);
        let middle = (i32::try_from(middle.0).unwrap_or(0), i32::try_from(middle.1).unwrap_or(0));
        let style = (FONT, 24).into_font().color(&INK).pos(Pos::new(HPos::Center, VPos::Center));
        head.draw(&Text::new(title.to_owned(), middle, style)).map_err(drawing)?;
        let (upper, lower) = charts.split_vertically(UPPER_HEIGHT);
        draw_price(&upper, first, samples)?;
        draw_books(&lower, first, samples)?;
        area.present().map_err(drawing)?;
    }
    Ok(text)
}

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

fn drawing(error: impl std::fmt::Display) -> PictureError {
    PictureError::Drawing { cause: error.to_string() }
}

fn dollars(raw: u128) -> f64 {
    raw as f64 / WAD_ONE as f64
}

fn millions(raw: u128) -> f64 {
    dollars(raw) / 1e6
}

/// Axis bound a little above the largest value.
fn headroom(values: impl Iterator<Item = f64>) -> f64 {
    values.fold(0.0, f64::max).max(1e-6) * 1.08
}

/// Days from the first sample on: ticks at whole days where there is room for no more.
fn place(hour: usize) -> f64 {
    hour as f64 / 24.0
}

fn label(first: Timestamp, days: f64) -> String {
    let minutes = (days.max(0.0) * 1_440.0).round() as u64;
    let text = human_time(Timestamp::from_raw(first.raw().saturating_add(minutes.saturating_mul(60))));
    text.strip_suffix(" 00:00").map(str::to_owned).unwrap_or(text)
}

fn last_day(samples: &[Sample]) -> f64 {
    place(samples.len().saturating_sub(1).max(1))
}

fn labels(samples: &[Sample]) -> usize {
    samples.len() / LABEL_EVERY + 2
}

fn draw_price(area: &Area<'_>, first: Timestamp, samples: &[Sample]) -> Result<(), PictureError> {
    let top = headroom(samples.iter().map(|sample| dollars(sample.price.raw())));
    let mut chart = ChartBuilder::on(area)
        .margin(12)
        .margin_right(28)
        .x_label_area_size(34)
        .y_label_area_size(84)
        .build_cartesian_2d(0.0..last_day(samples), 0.0..top)
        .map_err(drawing)?;
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(GRID)
        .axis_style(INK)
        .x_labels(labels(samples))
        .y_labels(6)
        .x_label_formatter(&|days| label(first, *days))
        .y_label_formatter(&|price| format!("{price:.0}"))
        .y_desc("price of one ether (US dollars)")
        .label_style((FONT, 14).into_font().color(&INK))
        .axis_desc_style((FONT, 15).into_font().color(&INK))
        .draw()
        .map_err(drawing)?;
    let price = samples.iter().enumerate().map(|(hour, sample)| (place(hour), dollars(sample.price.raw())));
    chart
        .draw_series(LineSeries::new(price, PRICE.stroke_width(2)))
        .map_err(drawing)?
        .label("price, hourly close")
        .legend(|(x, y)| PathElement::new([(x, y), (x + 22, y)], PRICE.stroke_width(2)));
    let marks = samples.iter().enumerate().filter(|(_, sample)| sample.liquidations > 0).map(|(hour, sample)| {
        let centre = (place(hour), dollars(sample.price.raw()));
        Circle::new(centre, mark_radius(sample.liquidations), LIQUIDATION.mix(0.55).filled())
    });
    chart
        .draw_series(marks)
        .map_err(drawing)?
        .label("liquidations in the hour (area: how many)")
        .legend(|(x, y)| Circle::new((x + 11, y), 6, LIQUIDATION.mix(0.55).filled()));
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperRight)
        .background_style(WHITE.mix(0.85))
        .border_style(GRID)
        .label_font((FONT, 15).into_font().color(&INK))
        .draw()
        .map_err(drawing)
}

/// Radius in pixels of a mark whose area grows with the count.
fn mark_radius(count: u32) -> i32 {
    3 + (2.2 * f64::from(count.min(400)).sqrt()) as i32
}

fn draw_books(area: &Area<'_>, first: Timestamp, samples: &[Sample]) -> Result<(), PictureError> {
    let largest = samples.iter().map(|sample| millions(sample.collateral.max(sample.debt).raw()));
    let top = headroom(largest);
    let digits = if top < 1.0 { 3 } else { 1 };
    let mut chart = ChartBuilder::on(area)
        .margin(12)
        .margin_right(28)
        .x_label_area_size(52)
        .y_label_area_size(84)
        .build_cartesian_2d(0.0..last_day(samples), 0.0..top)
        .map_err(drawing)?;
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(GRID)
        .axis_style(INK)
        .x_labels(labels(samples))
        .y_labels(6)
        .x_label_formatter(&|days| label(first, *days))
        .y_label_formatter(&|value| format!("{value:.digits$}"))
        .x_desc("day (UTC)")
        .y_desc("millions of US dollars")
        .label_style((FONT, 14).into_font().color(&INK))
        .axis_desc_style((FONT, 15).into_font().color(&INK))
        .draw()
        .map_err(drawing)?;
    let collateral = samples.iter().enumerate().map(|(hour, sample)| (place(hour), millions(sample.collateral.raw())));
    chart
        .draw_series(AreaSeries::new(collateral, 0.0, COLLATERAL.mix(0.12)).border_style(COLLATERAL.stroke_width(2)))
        .map_err(drawing)?
        .label("value of the collateral of the borrowers")
        .legend(|(x, y)| PathElement::new([(x, y), (x + 22, y)], COLLATERAL.stroke_width(2)));
    let debt = samples.iter().enumerate().map(|(hour, sample)| (place(hour), millions(sample.debt.raw())));
    chart
        .draw_series(AreaSeries::new(debt, 0.0, DEBT.mix(0.18)).border_style(DEBT.stroke_width(2)))
        .map_err(drawing)?
        .label("debt of the borrowers")
        .legend(|(x, y)| PathElement::new([(x, y), (x + 22, y)], DEBT.stroke_width(2)));
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperRight)
        .background_style(WHITE.mix(0.85))
        .border_style(GRID)
        .label_font((FONT, 15).into_font().color(&INK))
        .draw()
        .map_err(drawing)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::prices::{parse, MARCH_2020};
    use florin_units::{Price, Wad};

    fn samples() -> Vec<Sample> {
        parse(MARCH_2020)
            .unwrap()
            .into_iter()
            .enumerate()
            .map(|(hour, row)| Sample {
                time: row.time,
                price: row.price,
                debt: Wad::from_whole(if hour < 280 { 1_800_000 } else { 700_000 }),
                collateral: Wad::from_raw(row.price.raw() * 20_000),
                liquidations: if hour % 97 == 0 { u32::try_from(hour / 10).unwrap() } else { 0 },
            })
            .collect()
    }

    #[test]
    fn the_picture_names_what_it_shows() {
        let text = render("March 2020", &samples()).unwrap();
        assert!(text.starts_with("<svg"));
        for word in [
            "March 2020",
            "US dollars",
            "debt of the borrowers",
            "value of the collateral of the borrowers",
            "day (UTC)",
            "1 Mar",
        ] {
            assert!(text.contains(word), "{word}");
        }
    }

    #[test]
    fn one_hour_and_no_money_can_be_drawn() {
        let one = Sample {
            time: Timestamp::ZERO,
            price: Price::from_raw(0),
            debt: Wad::ZERO,
            collateral: Wad::ZERO,
            liquidations: 1,
        };
        assert!(render("nothing", &[one]).is_ok());
        assert!(matches!(render("nothing", &[]), Err(PictureError::Empty)));
    }
}
