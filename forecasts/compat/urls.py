"""The addresses of /compat/metaculus/api/, each with and without its last slash, as clients write them."""

from django.urls import URLPattern, re_path

from .comments import CommentCreate, CommentList
from .endpoints import Nowhere
from .forecasting import Forecasting, Withdrawing
from .posts import PostList, PostOne
from .tournaments import TournamentList, TournamentOne
from .users import Me

urlpatterns: list[URLPattern] = [
    re_path(r"^posts/?$", PostList.as_view()),
    re_path(r"^posts/(?P<number>[0-9]+)/?$", PostOne.as_view()),
    re_path(r"^questions/forecast/?$", Forecasting.as_view()),
    re_path(r"^questions/withdraw/?$", Withdrawing.as_view()),
    re_path(r"^comments/?$", CommentList.as_view()),
    re_path(r"^comments/create/?$", CommentCreate.as_view()),
    re_path(r"^users/me/?$", Me.as_view()),
    re_path(r"^projects/tournaments/?$", TournamentList.as_view()),
    re_path(r"^projects/tournaments/(?P<name>[^/]+)/?$", TournamentOne.as_view()),
    re_path(r"^", Nowhere.as_view()),
]
