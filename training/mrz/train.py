"""Trains the recogniser of machine-readable lines on lines that are drawn while it learns; nothing is downloaded.

    python train.py --steps 12000 --out mrz.pt

The same seed draws the same strips. One process draws beside the training. A run that was stopped goes on from its file, with
other strips.
"""

import argparse
import math
import pathlib
import time

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

import lines
import strips
from network import Recogniser

INDEX = {ch: n + 1 for n, ch in enumerate(lines.ALPHABET)}


class Drawn(IterableDataset):
    """Batches of drawn lines, of one length each."""

    def __init__(self, fonts: str, seed: int, batch: int):
        self.fonts, self.seed, self.batch = fonts, seed, batch

    def __iter__(self):
        worker = get_worker_info()
        rng = np.random.default_rng([self.seed, worker.id if worker else 0])
        glyphs = strips.Glyphs(self.fonts)
        while True:
            length = lines.LENGTHS[rng.choice(3, p=[0.25, 0.2, 0.55])]
            width = strips.WIDTHS[length]
            texts = [lines.draw(rng, length) for _ in range(self.batch)]
            pictures = [strips.normal(strips.photograph(rng, glyphs.line(rng, text), width), width) for text in texts]
            target = np.array([[INDEX[ch] for ch in text] for text in texts])
            yield torch.from_numpy(np.stack(pictures)[:, None].astype(np.float32)), torch.from_numpy(target)


def read(logits: torch.Tensor) -> list[list[int]]:
    """The best path, without repeats and blanks."""
    out = []
    for row in logits.argmax(2).tolist():
        out.append([c for n, c in enumerate(row) if c != 0 and (n == 0 or row[n - 1] != c)])
    return out


def errors(logits: torch.Tensor, target: torch.Tensor) -> tuple[int, int]:
    """Wrong characters (all of a line that has another length) and wrong lines."""
    characters = whole = 0
    for got, wanted in zip(read(logits), target.tolist()):
        wrong = len(wanted) if len(got) != len(wanted) else sum(a != b for a, b in zip(got, wanted))
        characters += wrong
        whole += wrong > 0
    return characters, whole


def main() -> None:
    ask = argparse.ArgumentParser()
    ask.add_argument("--fonts", default="/usr/share/fonts/opentype/ocr-b")
    ask.add_argument("--steps", type=int, default=12000)
    ask.add_argument("--batch", type=int, default=32)
    ask.add_argument("--seed", type=int, default=9303)
    ask.add_argument("--rate", type=float, default=2e-3)
    ask.add_argument("--out", default="mrz.pt")
    args = ask.parse_args()
    torch.manual_seed(args.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    network = Recogniser().to(device, memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(network.parameters(), lr=args.rate, weight_decay=1e-4)
    step = 0
    if pathlib.Path(args.out).exists():
        kept = torch.load(args.out, weights_only=True, map_location=device)
        network.load_state_dict(kept["network"])
        optimizer.load_state_dict(kept["optimizer"])
        step = kept["step"]
    print(f"{sum(p.numel() for p in network.parameters())} weights, {device}, from step {step}", flush=True)
    ctc = nn.CTCLoss(blank=0, zero_infinity=True)
    begun, seen = time.time(), [0.0, 0, 0, 0]
    for picture, target in DataLoader(Drawn(args.fonts, args.seed + step, args.batch), batch_size=None, num_workers=1, prefetch_factor=8):
        if step >= args.steps:
            break
        # Warm-up, then down to nothing along a cosine.
        rate = args.rate * min(1.0, (step + 1) / 300) * 0.5 * (1 + math.cos(math.pi * step / args.steps))
        for group in optimizer.param_groups:
            group["lr"] = rate
        picture, target = picture.to(device), target.to(device)
        logits = network(picture.to(memory_format=torch.channels_last))
        steps = torch.full((len(target),), logits.shape[1])
        loss = ctc(logits.log_softmax(2).transpose(0, 1), target, steps, torch.full((len(target),), target.shape[1]))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimizer.step()
        step += 1
        characters, whole = errors(logits.detach().cpu(), target.cpu())
        seen = [seen[0] + loss.item(), seen[1] + characters, seen[2] + whole, seen[3] + target.numel()]
        if step % 200 == 0:
            count = 200 * args.batch
            print(f"{step} steps, {(time.time() - begun) / 60:.1f} min, loss {seen[0] / 200:.4f}, characters wrong {seen[1] / seen[3]:.4f}, lines wrong {seen[2] / count:.4f}", flush=True)
            seen = [0.0, 0, 0, 0]
            torch.save({"network": network.state_dict(), "optimizer": optimizer.state_dict(), "step": step}, args.out)
    torch.save({"network": network.state_dict(), "optimizer": optimizer.state_dict(), "step": step}, args.out)


if __name__ == "__main__":
    main()
