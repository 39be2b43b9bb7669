//! Which of the mesh's 468 points lie where (MediaPipe's numbering). "Left" is the picture's.

/// Points of the mesh.
pub(super) const POINTS: usize = 468;

/// Around the face, clockwise from the middle of the forehead.
pub(super) const OVAL: [usize; 36] = [
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152,
    148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
];

/// Points of the upper lid, those of the lower lid that they meet, and those of the skin above, both eyes.
pub(super) const LIDS: [[usize; 3]; 14] = [
    [246, 7, 247],
    [161, 163, 30],
    [160, 144, 29],
    [159, 145, 27],
    [158, 153, 28],
    [157, 154, 56],
    [173, 155, 190],
    [466, 249, 467],
    [388, 390, 260],
    [387, 373, 259],
    [386, 374, 257],
    [385, 380, 258],
    [384, 381, 286],
    [398, 382, 414],
];

/// The lips' inner edge, both corners included.
pub(super) const INNER_LIPS: [usize; 20] = [
    78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308, 95, 88, 178, 87, 14, 317, 402, 318, 324,
];

/// Points of the lower lip, inner edge to outer edge, corners left out.
pub(super) const LOWER_LIP: [usize; 36] = [
    95, 88, 178, 87, 14, 317, 402, 318, 324, 96, 89, 179, 86, 15, 316, 403, 319, 325, 77, 90, 180,
    85, 16, 315, 404, 320, 307, 146, 91, 181, 84, 17, 314, 405, 321, 375,
];

/// Corners of the mouth.
pub(super) const MOUTH: [usize; 2] = [61, 291];

/// Outer corners of the eyes.
pub(super) const EYE_CORNERS: [usize; 2] = [33, 263];

/// Middle of each eye: its inner and outer corner.
pub(super) const EYES: [[usize; 2]; 2] = [[33, 133], [263, 362]];

/// On the cheeks, where skin is neither lip nor shadow.
pub(super) const CHEEKS: [usize; 4] = [50, 280, 205, 425];
