check_PROGRAMS += tests/embed/test_embed
tests_embed_test_embed_SOURCES = tests/embed/test_embed.c
tests_embed_test_embed_CPPFLAGS = $(TEST_CPPFLAGS) -I$(srcdir)/src/embed
tests_embed_test_embed_LDADD = $(TEST_LIBS)
