/** A row of small bars. What it shows is said in words. */
export function Spark({ values, label }: { values: readonly number[]; label: string }) {
  const most = Math.max(...values, 1);
  const [width, height] = [3, 22];
  return (
    <svg class="spark" role="img" aria-label={label} width={values.length * width} height={height} viewBox={`0 0 ${values.length * width} ${height}`} preserveAspectRatio="none">
      {values.map((value, index) => {
        // What is there is seen, however small it is beside the rest.
        const tall = value === 0 ? 0 : Math.max(1.5, (value / most) * height);
        return <rect key={index} x={index * width} y={height - tall} width={width - 1} height={tall} />;
      })}
    </svg>
  );
}
