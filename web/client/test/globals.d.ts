// What the guide takes as given.
import type { DataIn } from "@menshen/client";

declare global {
  var url: string;
  var key: string;
  var claims: DataIn;
  var photos: { front: Blob; selfie: Blob };
  var show: (...shown: unknown[]) => void;
}
