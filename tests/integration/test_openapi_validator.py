"""The OpenAPI document is what its specification says, says somebody else: a validator that npm fetches."""

import shutil
import subprocess

from support import AdminGateway, Story, main

# Checks against the JSON Schemas of the OpenAPI Initiative.
VALIDATOR = "@seriousme/openapi-schema-validator@2.11.0"
NPX_SECONDS = 180  # without a network npm tries for more than a minute


class OpenApiValidator(Story):
    def setUp(self):
        npx = shutil.which("npx")
        if not npx:
            self.skipTest("npx is not installed (npm)")
        self.command = [npx, "--yes", "--package", VALIDATOR, "validate-api"]

    def validate(self, text):
        folder = self.folder()
        with open(f"{folder}/openapi.json", "wb") as file:
            file.write(text)
        return subprocess.run([*self.command, "openapi.json"], cwd=folder, timeout=NPX_SECONDS, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def want_validator(self):
        """Skips the test where npm cannot fetch it: without a file it tells its usage."""
        try:
            told = subprocess.run(self.command, timeout=NPX_SECONDS, text=True, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout
        except subprocess.TimeoutExpired as expired:
            told = str(expired)
        if "usage" not in told:
            self.skipTest(f"npm cannot fetch {VALIDATOR}: {told}")

    def test_it_accepts_the_document_and_not_just_anything(self):
        self.want_validator()
        document = self.use(AdminGateway()).admin.get("/apis/openapi.json").body
        told = self.validate(document)
        self.assertEqual(told.returncode, 0, told.stdout)
        told = self.validate(document.replace(b'"paths"', b'"path"', 1))
        self.assertNotEqual(told.returncode, 0, told.stdout)


main()
