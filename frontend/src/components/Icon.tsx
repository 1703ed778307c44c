/** Outline icons on a 24-unit grid. */
const PATHS = {
  shield: "M12 3l7 2.600v5.600c0 4.400-2.900 7.700-7 9.300-4.100-1.600-7-4.900-7-9.300V5.600z",
  chevron: "M6 9l6 6 6-6",
  up: "M12 19V5M6 11l6-6 6 6",
  down: "M12 5v14M6 13l6 6 6-6",
  back: "M19 12H5M11 6l-6 6 6 6",
  bolt: "M13 3L5 13.500h6L10 21l8-10.500h-6z",
  close: "M6 6l12 12M18 6L6 18",
  alert: "M12 4l9 16H3zM12 10v4.500M12 17.200v.1",
  offline:
    "M4 4l16 16M8.500 15.500a5 5 0 0 1 6.300-.6M5.500 12.300a9 9 0 0 1 4-2.300M12 19v.1M14 9.800a9 9 0 0 1 4.500 2.500",
  check: "M5 12.500l4.500 4.500L19 7.500",
  copy: "M9 9h10v11H9zM5 15V4h10",
  link: "M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.700-5.700l-1.300 1.300M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.700 5.700l1.300-1.300",
  external: "M14 4.500h5.500V10M19.500 4.500L11 13M18 14v5H5V6h5",
  bell: "M6 16.500V11a6 6 0 0 1 12 0v5.500l1.500 1.500h-15zM10 20.500h4",
  bookmark: "M7 4h10v16l-5-4-5 4z",
  search: "M15.500 15.500L20 20M17 10.500a6.500 6.500 0 1 1-13 0 6.500 6.500 0 0 1 13 0z",
  pause: "M9 6v12M15 6v12",
  play: "M8 5.500v13l10-6.500z",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2.500v2M12 19.500v2M2.500 12h2M19.500 12h2M5.300 5.300l1.400 1.400M17.300 17.300l1.400 1.400M5.300 18.700l1.400-1.400M17.300 6.700l1.400-1.400",
  moon: "M19.500 14.200A8 8 0 0 1 9.800 4.500a8 8 0 1 0 9.700 9.700z",
  monitor: "M3.500 5h17v11.500h-17zM9 20.500h6M12 16.500v4",
  clock: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 8v4.500l3 1.800",
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
