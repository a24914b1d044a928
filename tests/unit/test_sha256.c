#include <criterion/criterion.h>

#include "report/sha256.h"

Test(sha256, agrees_with_the_published_vectors)
{
	/* FIPS 180-4 examples; the third crosses the padding's block. */
	static const struct { const char *text, *want; } rows[] = {
		{ "", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" },
		{ "abc", "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=" },
		{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		  "JI1qYdIGOLjlwCaTDD5gOaM85Flk/yFn9uzt1BnbBsE=" },
	};
	char got[SHA256_BASE64_BYTES];

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		cr_expect_str_eq(sha256_base64(str_of(rows[i].text), got), rows[i].want);
}
