/** Outline icons on a 24-unit grid. */
const PATHS = {
  shield: "M12 3l7 2.600v5.600c0 4.400-2.900 7.700-7 9.300-4.100-1.600-7-4.900-7-9.300V5.600z",
  pulse: "M3 12h4l2.500-6 4.500 12 2.500-6H21",
  chevron: "M6 9l6 6 6-6",
  bolt: "M13 3L5 13.500h6L10 21l8-10.500h-6z",
  close: "M6 6l12 12M18 6L6 18",
  alert: "M12 4l9 16H3zM12 10v4.500M12 17.200v.1",
  offline:
    "M4 4l16 16M8.500 15.500a5 5 0 0 1 6.300-.6M5.500 12.300a9 9 0 0 1 4-2.300M12 19v.1M14 9.800a9 9 0 0 1 4.500 2.500",
  check: "M5 12.500l4.500 4.500L19 7.500",
  copy: "M9 9h10v11H9zM5 15V4h10",
} as const;

export type IconName = keyof typeof PATHS;

/** A decorative icon in the text's colour: whatever it says, the text beside it says too. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
