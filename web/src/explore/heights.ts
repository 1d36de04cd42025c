// Where the rows of a long list stand, when they may differ in height.

/** Height of a row, as the style sheet has it: one line, or two on a narrow screen. */
export const rowPx = () => (matchMedia("(max-width: 640px)").matches ? 46 : 25);

/** Heights of rows, and their sums. Sums behind a change are made again when they are asked for. */
export class Heights {
  private heights = new Float32Array(0);
  private tops = new Float64Array(1);
  private length = 0;
  /** Up to this row, `tops` is right. */
  private clean = 0;

  constructor(private readonly usual: number) {}

  /** There are at least so many rows. */
  grow(length: number): void {
    if (length <= this.length) return;
    if (length > this.heights.length) {
      const room = Math.max(1024, length * 2);
      const [heights, tops] = [new Float32Array(room).fill(this.usual), new Float64Array(room + 1)];
      heights.set(this.heights.subarray(0, this.length));
      tops.set(this.tops.subarray(0, this.length + 1));
      [this.heights, this.tops] = [heights, tops];
    }
    this.length = length;
  }

  /** Notes a height. Returns whether it is news. */
  set(row: number, height: number): boolean {
    if (row >= this.length || height <= 0 || Math.abs(this.heights[row]! - height) < 0.5) return false;
    this.heights[row] = height;
    this.clean = Math.min(this.clean, row);
    return true;
  }

  /** Pixels above a row. */
  top(row: number): number {
    this.sum(row);
    return this.tops[Math.min(row, this.length)]!;
  }

  total(length: number): number {
    return this.top(length);
  }

  /** The row at so many pixels. */
  at(px: number): number {
    this.sum(this.length);
    let [low, high] = [0, this.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.tops[middle + 1]! <= px) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private sum(to: number): void {
    for (; this.clean < Math.min(to, this.length); this.clean++) {
      this.tops[this.clean + 1] = this.tops[this.clean]! + this.heights[this.clean]!;
    }
  }
}
