"""The recogniser: a strip of 1 x 32 x W grey values to (W / 4) x 38 logits, blank first (CTC)."""

import torch
from torch import nn

CLASSES = 38


def _block(inside: int, outside: int, kernel: tuple[int, int], padding: tuple[int, int]) -> list[nn.Module]:
    return [nn.Conv2d(inside, outside, kernel, padding=padding, bias=False), nn.BatchNorm2d(outside), nn.ReLU()]


class Recogniser(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            *_block(1, 16, (3, 3), (1, 1)),
            nn.MaxPool2d((2, 2)),
            *_block(16, 32, (3, 3), (1, 1)),
            nn.MaxPool2d((2, 2)),
            *_block(32, 64, (3, 3), (1, 1)),
            nn.MaxPool2d((2, 1)),
            *_block(64, 80, (3, 3), (1, 1)),
            # What is left of the height becomes depth.
            *_block(80, 112, (4, 1), (0, 0)),
            *_block(112, 112, (1, 3), (0, 1)),
            *_block(112, 112, (1, 3), (0, 1)),
            nn.Conv2d(112, CLASSES, (1, 1)),
        )

    def forward(self, strip: torch.Tensor) -> torch.Tensor:
        """N x 1 x 32 x W to N x (W / 4) x 38."""
        return self.layers(strip).squeeze(2).transpose(1, 2)
