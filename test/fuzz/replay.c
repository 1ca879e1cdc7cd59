/*-------------------------------------------------------------------------
 *
 * replay.c
 *	  Gives a harness the files named on the command line, where there is no
 *	  libFuzzer, and prints a test in TAP for each.
 *
 *-------------------------------------------------------------------------
 */
#include <stdio.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

extern int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
main(int argc, char **argv)
{
	int			i;

	printf("1..%d\n", argc - 1);
	for (i = 1; i < argc; i++)
	{
		static uint8_t buf[1 << 20];
		FILE	   *file = fopen(argv[i], "rb");
		size_t		size;
		uint8_t    *data;

		if (file == NULL)
		{
			perror(argv[i]);
			return 1;
		}
		size = fread(buf, 1, sizeof(buf), file);
		fclose(file);

		/* of its exact size, so that a read past the end is seen */
		data = malloc(size);
		memcpy(data, buf, size);
		LLVMFuzzerTestOneInput(data, size);
		free(data);
		printf("ok %d - %s\n", i, argv[i]);
		fflush(stdout);
	}
	return 0;
}
