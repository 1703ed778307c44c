// @ts-check
import tseslint from "typescript-eslint";

/** A command of Docker's CLI that every container engine has, as a selector's pattern. */
const DOCKER_COMMAND = String.raw`/\bdocker (build|exec|image|info|inspect|logs|ps|rmi?|save|start|system)\b/`;

export default tseslint.config(
  {
    ignores: [
      "**/node_modules",
      "**/dist",
      ".tools",
      ".pulumi",
      "**/*.mjs",
      "**/*.cjs",
      "policy/index.js",
    ],
  },
  // Else it warns of itself wherever changed files are linted by name.
  { ignores: ["!eslint.config.mjs"] },
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        project: [
          "tsconfig.json",
          "backend/tsconfig.json",
          "frontend/tsconfig.json",
          "frontend/tsconfig.tests.json",
        ],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      curly: "error",
      eqeqeq: "error",
      "no-console": "off",
      // Callbacks of libraries are often async without an await.
      "@typescript-eslint/require-await": "off",
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
      // `const { _dropped, ...rest }` is how a key is left out.
      "@typescript-eslint/no-unused-vars": [
        "error",
        { varsIgnorePattern: "^_", argsIgnorePattern: "^_" },
      ],
      "@typescript-eslint/no-require-imports": ["error", { allowAsImport: true }],
    },
  },
  { files: ["eslint.config.mjs"], ...tseslint.configs.disableTypeChecked },
  {
    // Made by npm run generate, from a schema that names the empty text beside a pattern.
    files: ["plan/chartValues.ts"],
    rules: { "@typescript-eslint/no-redundant-type-constituents": "off" },
  },
  {
    // Another engine than Docker is then chosen in one file, and no text tells users to run the wrong one.
    files: ["{machine,plan,cluster,components,scripts,cli}/**/*.ts", "index.ts"],
    ignores: ["machine/docker.ts"],
    rules: {
      "no-restricted-syntax": [
        "error",
        ...[
          'CallExpression > Literal[value="docker"]:first-child',
          `Literal[value=${DOCKER_COMMAND}]`,
          `TemplateElement[value.raw=${DOCKER_COMMAND}]`,
        ].map((selector) => ({
          selector,
          message: "Take DOCKER, or docker(), of machine/docker.ts",
        })),
      ],
    },
  },
  {
    // Parsed JSON is typed where it is read; these rules would ask for a schema in every test.
    files: ["tests/**", "backend/tests/**", "frontend/tests/**"],
    rules: {
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
      "@typescript-eslint/no-unsafe-argument": "off",
      "@typescript-eslint/no-unsafe-return": "off",
      "@typescript-eslint/no-unsafe-call": "off",
    },
  },
);
