//! Rows of dark writing that the text detector passed over, because a mark across the page or a
//! neighbour joined them.

use image::RgbImage;

use super::area::Area;

/// Ink is darker than this part of the way from the background (median) to the darkest writing
/// (second percentile): labels and marks in pale colours stay out.
const DARK: f32 = 0.6;
/// A row of pixels has writing when this part of its width is ink: two characters of twelve.
const ROW_PART: f32 = 0.02;

/// Returns the bands of writing inside `window` that are between 0.5 and 1.8 `height` high, top to
/// bottom; all in pixels of the page.
pub(crate) fn bands(page: &RgbImage, window: &Area, height: f32) -> Vec<Area> {
    let bound = |value: f32, most: u32| (value.max(0.0) as u32).min(most);
    let (left, right) = (
        bound(window.left, page.width()),
        bound(window.right, page.width()),
    );
    let (top, bottom) = (
        bound(window.top, page.height()),
        bound(window.bottom, page.height()),
    );
    if left + 8 > right || top + 4 > bottom {
        return Vec::new();
    }
    let luma = |x: u32, y: u32| {
        let [r, g, b] = page.get_pixel(x, y).0.map(f32::from);
        0.299 * r + 0.587 * g + 0.114 * b
    };
    let mut levels: Vec<f32> = (top..bottom)
        .flat_map(|y| (left..right).step_by(3).map(move |x| luma(x, y)))
        .collect();
    levels.sort_by(f32::total_cmp);
    let (dark, middle) = (levels[levels.len() / 50], levels[levels.len() / 2]);
    // An even window has nothing written in it, only noise.
    if middle - dark < 24.0 {
        return Vec::new();
    }
    let limit = middle + (dark - middle) * DARK;
    let least = ((right - left) as f32 * ROW_PART) as usize;
    let is_ink = |y: &u32| (left..right).filter(|x| luma(*x, *y) < limit).count() > least;
    let rows: Vec<u32> = (top..bottom).filter(is_ink).collect();
    rows.chunk_by(|a, b| b - a <= 3)
        .map(|run| (run[0] as f32, run[run.len() - 1] as f32 + 1.0))
        .filter(|(from, to)| (0.5 * height..1.8 * height).contains(&(to - from)))
        .map(|(from, to)| Area {
            left: window.left,
            right: window.right,
            top: from,
            bottom: to,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;

    #[test]
    fn bands_of_writing_are_found_and_a_pale_mark_is_not() {
        let page = RgbImage::from_fn(600, 300, |x, y| match (x, y) {
            (100..500, 40..70) | (100..300, 100..130) if x % 8 < 4 => Rgb([10; 3]),
            (300..550, 180..240) => Rgb([230, 150, 150]),
            _ => Rgb([220; 3]),
        });
        let window = Area {
            left: 90.0,
            right: 590.0,
            top: 10.0,
            bottom: 290.0,
        };
        let found = bands(&page, &window, 30.0);
        let tops: Vec<f32> = found.iter().map(|band| band.top).collect();
        assert_eq!(tops, [40.0, 100.0]);
    }

    #[test]
    fn an_even_page_has_no_bands() {
        let page = RgbImage::from_pixel(600, 300, Rgb([200; 3]));
        let window = Area {
            left: -5.0,
            right: 700.0,
            top: 0.0,
            bottom: 400.0,
        };
        assert!(bands(&page, &window, 30.0).is_empty());
        assert!(bands(&page, &Area::default(), 30.0).is_empty());
    }
}
